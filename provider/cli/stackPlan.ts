import { readFileSync } from "node:fs";
import { z } from "zod";
import { faultsOf, parseInput } from "../plan/faults";
import type { Plan } from "../plan/plan";
import { planSchema } from "../plan/schema";

const resource = z.object({
  inputs: z.object({ scriptName: z.string(), plan: z.record(z.string(), z.unknown()) }),
});

// Of a stack only the releases are read; whatever else it has may have any shape.
const exported = z.object({
  deployment: z.object({
    resources: z.array(z.unknown()).nullish(),
    pending_operations: z.array(z.object({ resource: z.unknown() })).nullish(),
  }),
});

/**
 * Reads the plan of a Worker's `Release` from what `pulumi stack export` has written; `-` is the standard input. What an
 * update that is still running has begun with comes before what the one before has left.
 *
 * @throws {Error} when there is none
 */
export function readStackPlan(path: string, scriptName: string): Plan {
  const where = path === "-" ? "the standard input" : path;
  const { deployment } = parsed(path, where);
  const pending = (deployment.pending_operations ?? []).map((operation) => operation.resource);
  const found = [...pending, ...(deployment.resources ?? [])]
    .flatMap((each) => resource.safeParse(each).data ?? [])
    .find(({ inputs }) => inputs.scriptName === scriptName);
  if (found === undefined) throw new Error(`The stack in ${where} has no Release of Worker ${scriptName}.`);
  const { plan: given } = found.inputs;
  const plan = parseInput(planSchema, given);
  if (plan.success) return plan.data;
  const faults = faultsOf(plan.error, given, "plan").map((fault) => `  ${fault.path}: ${fault.reason}`);
  throw new Error([`The plan of the Release in ${where} cannot be used:`, ...faults].join("\n"));
}

function parsed(path: string, where: string): z.infer<typeof exported> {
  try {
    return exported.parse(JSON.parse(readFileSync(path === "-" ? 0 : path, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? "it has no resources" : (error as Error).message;
    const todo = "Give what `pulumi stack export` writes.";
    throw new Error(`The stack in ${where} cannot be read: ${why}. ${todo}`, { cause: error });
  }
}
