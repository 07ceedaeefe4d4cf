import { readFileSync } from "node:fs";
import { faultsOf, parseInput } from "../plan/faults";
import type { Plan } from "../plan/plan";
import { planSchema } from "../plan/schema";

/**
 * Reads the plan of a release from a JSON file.
 *
 * @throws {Error} naming each place, what was found there and what is allowed
 */
export function planGiven(path: string): Plan {
  const given = readJson(path);
  const plan = parseInput(planSchema, given);
  if (plan.success) return plan.data;
  const faults = faultsOf(plan.error, given, "").map((fault) => `  ${fault.path}: ${fault.reason}`);
  throw new Error([`The plan ${path} cannot be used:`, ...faults].join("\n"));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`The plan ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
