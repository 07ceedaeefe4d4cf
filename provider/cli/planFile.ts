import { InvalidArgumentError, type Command } from "commander";
import { loadPlanFile, type LoadedPlan } from "../plan/file/load";
import { problemText } from "../plan/file/problem";
import { planFiles } from "../planFiles";

/** The values of a plan's arguments, by name. */
export type PlanArgs = Readonly<Record<string, string>>;

/** A command that reads a plan file may give the arguments that the file declares. */
export function withPlanArgs(command: Command): Command {
  return command.option(
    "--arg <name=value>",
    "a value for an argument that the plan file declares; may be given several times",
    (given: string, before: PlanArgs | undefined) => ({ ...before, ...argFrom(given) }),
  );
}

function argFrom(given: string): PlanArgs {
  const at = given.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("Expected name=value.");
  return { [given.slice(0, at)]: given.slice(at + 1) };
}

/**
 * Reads a plan from a file.
 *
 * @throws {Error} with each place, what was found there and what is allowed
 */
export function readPlan(path: string, args: PlanArgs = {}): Required<Pick<LoadedPlan, "plan" | "checked">> {
  const { plan, checked, problems } = loadPlanFile(path, planFiles, {
    args,
    asText: true,
    missing: "refuse",
  });
  if (plan !== undefined && checked !== undefined) return { plan, checked };
  const lines = problems.map((problem) => `  ${problemText(problem)}`);
  throw new Error([`The plan ${path} cannot be used:`, ...lines].join("\n"));
}
