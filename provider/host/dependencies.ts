import type Cloudflare from "cloudflare";
import { budgetFor } from "../cloudflare/budget/budgets";
import { sharedPace } from "../cloudflare/budget/pace";
import { cloudflareClient, type Connection, type WorkerName } from "../cloudflare/client";
import { cloudflareContents } from "../cloudflare/contents";
import { cloudflareDeployments, cloudflarePast } from "../cloudflare/deployments";
import { cloudflareFailures } from "../cloudflare/failures";
import { cloudflareMetrics } from "../cloudflare/metrics";
import { cloudflareProbes } from "../cloudflare/probes";
import { serviceClock } from "../cloudflare/serviceClock";
import { cloudflareTelemetry, type TelemetryOptions } from "../cloudflare/telemetry";
import { httpGates } from "../gates/httpGates";
import type { Plan } from "../plan/plan";
import type { Clock, Progress, Telemetry } from "../rollout/ports";
import type { Dependencies } from "../rollout/release";

/** What a host, the Pulumi provider or the command line, gives a release. */
export interface Host {
  readonly connection: Connection;
  readonly worker: WorkerName;
  readonly plan: Plan;
  readonly progress: Progress;
  readonly interruption: AbortSignal;
  /** The time of this machine. */
  readonly clock: Clock;
}

/** Everything that a release touches, at Cloudflare: the same whoever hosts it. */
export function dependenciesOf({
  connection,
  worker,
  plan,
  progress,
  interruption,
  ...host
}: Host): Dependencies {
  const clock = serviceClock(host.clock);
  const budget = budgetFor(connection, host.clock);
  const client = cloudflareClient(connection, { dates: clock, budget });
  const pace = sharedPace(budget);
  const probes = cloudflareProbes(client, worker, clock);
  return {
    deployments: cloudflareDeployments(client, worker),
    contents: cloudflareContents(client, worker),
    past: cloudflarePast(client, worker),
    telemetry: telemetryFor(client, worker, plan, { onOthers: pace.suspect }),
    witness: cloudflareMetrics(client, worker),
    pace,
    probes,
    gates: httpGates(clock),
    failures: cloudflareFailures(client, worker, probes),
    clock,
    progress,
    interruption,
    random: Math.random,
  };
}

/** The telemetry as a plan has it counted: whoever judges by the plan counts the same. */
export function telemetryFor(
  client: Cloudflare,
  worker: WorkerName,
  { probes }: Pick<Plan, "probes">,
  options: Pick<TelemetryOptions, "onOthers"> = {},
): Telemetry {
  return cloudflareTelemetry(client, worker, { leaveOutProbes: probes.length > 0, ...options });
}
