import * as pulumi from "@pulumi/pulumi";
import { loadPlanFile } from "./plan/file/load";
import { problemText, type PlanProblem } from "./plan/file/problem";
import type { ReleasePlan } from "./plan/types";
import { planFiles } from "./planFiles";

/** What {@link loadPlan} takes beside the path. */
export interface LoadPlanOptions {
  /**
   * Values for the arguments that the plan file declares, by name: a text such as `"1%"` for a `percent`, one such as
   * `"10m"` for a `duration`. Outputs of resources are not known yet when the plan is loaded.
   * @default the defaults in the file
   */
  args?: Record<string, string | number | boolean>;
}

/**
 * Reads a plan from a YAML or JSON file: `plan: loadPlan("plans/web.yaml", { args: { maxErrors: "0.5%" } })`. The file may
 * declare arguments and extend another plan; see `docs/plans.md`.
 *
 * @param path the path of the file, from the program's working directory; or a ready-made plan, such as
 * `"pulumi-workers-release/standard"`
 * @throws {Error} with everything that is wrong with the file: file, line and column, what was found and what is allowed
 */
export function loadPlan(path: string, { args = {} }: LoadPlanOptions = {}): ReleasePlan {
  const { plan, problems } = loadPlanFile(path, planFiles, { args, asText: false, missing: "refuse" });
  if (plan === undefined) throw new pulumi.RunError(problemsText(path, problems));
  return plan;
}

function problemsText(path: string, problems: readonly PlanProblem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return [`The plan ${path} has ${count}:`, ...problems.map((each) => `  ${problemText(each)}`)].join("\n");
}
