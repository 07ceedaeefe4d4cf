import { parse, YAMLParseError } from "yaml";
import { faultsOf, parseInput } from "../../plan/faults";
import type { Plan } from "../../plan/plan";
import { planSchema } from "../../plan/schema";
import { textIn } from "./file";

/** Reads a plan from a file in YAML or JSON. Throws an error that names what is wrong. */
export function planIn(file: string): Plan {
  const input = parsed(textIn(file, "plan"), file);
  const read = parseInput(planSchema, input);
  if (read.success) return read.data;
  const faults = faultsOf(read.error, input, "");
  throw new Error(
    faults.map(({ path, reason }) => `${file}: ${path === "" ? "" : `${path}: `}${reason}`).join("\n"),
  );
}

function parsed(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new Error(`${file}:${error.linePos?.[0].line ?? 1}: ${error.message}`, { cause: error });
  }
}
