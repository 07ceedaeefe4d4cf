import { carryOut } from "../../../provider/cli/carryOut";
import { planSchema } from "../../../provider/plan/schema";
import type { Plan } from "../../../provider/plan/plan";
import type { ReleasePlan } from "../../../provider/plan/types";
import { abort, approve } from "../../../provider/rollout/operator";
import type { Outcome } from "../../../provider/rollout/outcome";
import type {
  Clock,
  Deployments,
  Interruption,
  Probes,
  Progress,
  Telemetry,
} from "../../../provider/rollout/ports";
import { run } from "../../../provider/rollout/run";

// Everything that depends on the shape of the rollout's ports. Nothing else in this folder calls the code under test.

/** What one run is asked to do. */
export interface Order {
  readonly releaseId: string;
  readonly versionId: string;
  readonly retry: string;
  readonly plan: Plan;
  readonly findingBefore: string | undefined;
  /** Who drives the release. */
  readonly owner: string;
  /** The id of a deployment of somebody else that may be taken over. */
  readonly takeOver: string | undefined;
}

/** The deployments as the simulation serves them. */
export type SimulatedDeployments = Deployments & { deployable(): Promise<readonly string[]> };

/** The ports as the simulation serves them. */
export interface Ports {
  readonly deployments: SimulatedDeployments;
  readonly telemetry: Telemetry;
  readonly probes: Probes;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly interruption: AbortSignal;
  readonly random: () => number;
}

/** The code under test, or a broken stand-in. */
export type Driver = (order: Order, ports: Ports) => Promise<Outcome>;

export const scriptName = "checkout";

/** Runs a release with the code under test. */
export const drive: Driver = (order, ports) => {
  const { deployments, telemetry, probes, clock, progress } = ports;
  const { releaseId, versionId, retry, plan, findingBefore } = order;
  const interruption = interruptionOf(ports.interruption);
  return run(
    { releaseId, scriptName, versionId, retry, plan, findingBefore },
    { deployments, telemetry, probes, clock, progress, interruption },
  );
};

/** Carries out what a person orders on the command line. */
export async function operate(
  command: "approve" | "abort",
  deployments: SimulatedDeployments,
  by: string,
): Promise<void> {
  await carryOut(deployments, (active) =>
    command === "approve" ? approve(scriptName, active, by) : abort(scriptName, active, by, "it looks wrong"),
  );
}

/** Reads a plan as the resource does. @throws ZodError when it is not valid */
export function parsePlan(plan: ReleasePlan): Plan {
  return planSchema.parse(plan);
}

function interruptionOf(signal: AbortSignal): Interruption {
  return {
    get requested() {
      return signal.aborted;
    },
    happened: new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    }),
  };
}
