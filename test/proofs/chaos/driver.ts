import { carryOut } from "../../../provider/cli/carryOut";
import { planSchema } from "../../../provider/plan/schema";
import type { Plan } from "../../../provider/plan/plan";
import type { ReleasePlan } from "../../../provider/plan/types";
import { abort, approve, hold, promote, resume } from "../../../provider/rollout/operator";
import type { Outcome } from "../../../provider/rollout/outcome";
import type { Deployment } from "../../../provider/rollout/ports";
import type { Dependencies, ReleaseRequest } from "../../../provider/rollout/release";
import { run } from "../../../provider/rollout/run";

// Everything that depends on the shape of the rollout's ports. Nothing else in this folder calls the code under test.

/** What one run is asked to do. */
export type Order = Omit<ReleaseRequest, "scriptName">;

/** The ports as the simulation serves them. */
export type Ports = Dependencies;

/** The code under test, or a broken stand-in. */
export type Driver = (order: Order, ports: Ports) => Promise<Outcome>;

export const scriptName = "checkout";

/** Runs a release with the code under test. */
export const drive: Driver = (order, ports) => run({ ...order, scriptName }, ports);

/** What a person can order of a release on the command line. */
export type Command = "approve" | "abort" | "hold" | "resume" | "promote";

type Ordered = ReturnType<typeof approve>;

/** Carries out what a person orders on the command line. */
export async function operate(
  command: Command,
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
  by: string,
): Promise<void> {
  const { clock } = outside;
  const orders: Record<Command, (active: Deployment | undefined) => Ordered> = {
    approve: (active) => approve(scriptName, active, by, clock.now()),
    abort: (active) => abort(scriptName, active, by, "it looks wrong"),
    hold: (active) => hold(scriptName, active, by),
    resume: (active) => resume(scriptName, active, by),
    promote: (active) => promote(scriptName, active, by, clock.now()),
  };
  await carryOut(outside, scriptName, orders[command]);
}

/** Reads a plan as the resource does. @throws ZodError when it is not valid */
export function parsePlan(plan: ReleasePlan): Plan {
  return planSchema.parse(plan);
}
