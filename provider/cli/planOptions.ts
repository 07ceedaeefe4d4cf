import type { Command } from "commander";
import type { Plan } from "../plan/plan";
import { withArgsOption, type GivenArgs } from "./plan/args";
import { readPlan } from "./planFile";
import { readStackPlan } from "./stackPlan";

/** Where a command finds the plan of a release that it does not drive. */
export interface PlanOptions {
  readonly plan?: string;
  readonly args?: GivenArgs;
  readonly stack?: string;
}

/** A command that may be told the plan of a release. */
export function withPlan(command: Command): Command {
  return withArgsOption(command.option("--plan <file>", "the plan of the release")).option(
    "--stack <file>",
    "what `pulumi stack export` has written, with the plan in it; - is the standard input",
  );
}

/** The plan that was given; undefined where none was. Throws with what is wrong with it. */
export function planFrom({ plan, args, stack }: PlanOptions, scriptName: string): Plan | undefined {
  if (plan !== undefined && stack !== undefined) {
    throw new Error("Give the plan by --plan or by --stack, not by both.");
  }
  if (plan !== undefined) return readPlan(plan, args).checked;
  return stack === undefined ? undefined : readStackPlan(stack, scriptName);
}
