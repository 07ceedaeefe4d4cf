import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Command } from "commander";

/** `workers-release plan schema` */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("Prints the JSON Schema of plan files, for editors.")
    .addHelpText("after", whereItIs)
    .action(() => {
      const path = createRequire(__filename).resolve("pulumi-workers-release/schema/plan.json");
      process.stdout.write(readFileSync(path, "utf8"));
    });
}

const whereItIs = `
It is in the package too. An editor with the YAML language server uses it where a
plan file begins with
# yaml-language-server: $schema=../node_modules/pulumi-workers-release/schema/plan.json`;
