import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { planFileSchema } from "../../provider/plan/file/jsonSchema";
import { described } from "./described";

/** The file that is published. */
export const published = join(__dirname, "..", "..", "schema", "plan.json");

/** What is to be in it. */
export function schemaText(): string {
  return `${JSON.stringify(described(planFileSchema()), undefined, 1)}\n`;
}

if (require.main === module) writeFileSync(published, schemaText());
