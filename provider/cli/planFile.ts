import { loadPlanFile, type LoadedPlan } from "../plan/file/load";
import { problemText } from "../plan/file/problem";
import { planFiles } from "../planFiles";
import { givenFrom, type GivenArgs } from "./plan/args";

/**
 * Reads a plan from a file.
 *
 * @throws {Error} with each place, what was found there and what is allowed
 */
export function readPlan(path: string, args: GivenArgs = {}): Required<Pick<LoadedPlan, "plan" | "checked">> {
  const { plan, checked, problems } = loadPlanFile(path, planFiles, givenFrom(args, "refuse"));
  if (plan !== undefined && checked !== undefined) return { plan, checked };
  const lines = problems.map((problem) => `  ${problemText(problem)}`);
  throw new Error([`The plan ${path} cannot be used:`, ...lines].join("\n"));
}
