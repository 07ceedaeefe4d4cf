import { SharedBudget } from "../../provider/cloudflare/budget/budget";
import { sharedPace } from "../../provider/cloudflare/budget/pace";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Outcome } from "../../provider/rollout/outcome";
import type { Clock, Progress } from "../../provider/rollout/ports";
import { run } from "../../provider/rollout/run";

/** What carries out the releases of one process, with one token. */
export interface Process {
  readonly clock: Clock;
  readonly budget: SharedBudget;
  readonly connection: { readonly apiToken: string; readonly baseUrl: string };
  readonly accountId: string;
  /** Default: over the network. */
  readonly fetch?: typeof fetch;
  readonly random: () => number;
}

/** A release to carry out. */
export interface Order {
  readonly scriptName: string;
  readonly versionId: string;
  readonly plan: ReleasePlan;
  readonly progress: Progress;
}

/** Carries out one release as the resource does: the same loop and adapters, without Pulumi's engine. */
export function carryOut(
  process: Process,
  { scriptName, versionId, plan, progress }: Order,
): Promise<Outcome> {
  const { clock, budget, connection, accountId, random } = process;
  const worker = { accountId, scriptName };
  const client = cloudflareClient(connection, { budget, ...(process.fetch && { fetch: process.fetch }) });
  const pace = sharedPace(budget);
  const request = {
    ...{ releaseId: `release-${scriptName}`, scriptName, versionId, owner: "bench", retry: "" },
    ...{ plan: planSchema.parse(plan), findingBefore: undefined, takeOver: undefined },
  };
  return run(request, {
    deployments: cloudflareDeployments(client, worker),
    telemetry: cloudflareTelemetry(client, worker, { onOthers: pace.suspect }),
    witness: cloudflareMetrics(client, worker),
    probes: cloudflareProbes(client, worker, clock),
    ...{ clock, progress, random, pace },
    interruption: new AbortController().signal,
  });
}
