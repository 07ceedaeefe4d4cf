import { budgetFor } from "../../cloudflare/budget/budgets";
import { cloudflareClient, type Connection } from "../../cloudflare/client";
import { cloudflareDeployments } from "../../cloudflare/deployments";
import { cloudflareMetrics } from "../../cloudflare/metrics";
import { scriptNames } from "../../cloudflare/scripts";
import { serviceClock } from "../../cloudflare/serviceClock";
import { telemetryFor } from "../../host/dependencies";
import type { Plan } from "../../plan/plan";
import { systemClock } from "../../pulumi/clock";
import type { Clock } from "../../rollout/ports";
import { isUnderWay } from "../../rollout/record/record";
import { look, type Sight, type SightPorts } from "../../view/sight";

/** How a command reaches an account. */
export interface Access {
  readonly connection: Connection;
  readonly accountId: string;
}

/** What a command looks at one Worker with. */
export function lookAt(
  scriptName: string,
  plan: Plan | undefined,
  { connection, accountId }: Access,
): { readonly clock: Clock; readonly look: (before: Sight | undefined) => Promise<Sight> } {
  const clock = serviceClock(systemClock);
  const client = cloudflareClient(connection, { dates: clock });
  const worker = { accountId, scriptName };
  const ports: SightPorts = {
    deployments: cloudflareDeployments(client, worker),
    telemetry: telemetryFor(client, worker, plan ?? { probes: [] }),
    witness: cloudflareMetrics(client, worker),
    clock,
    random: Math.random,
  };
  return { clock, look: (before) => look({ scriptName, plan }, before, ports) };
}

/** So many Workers are asked for at a time. */
const atOnce = 4;

/** The releases that are under way in an account. One request for each of its Workers; nothing is read of their health. */
export async function lookAround({ connection, accountId }: Access): Promise<readonly Sight[]> {
  const clock = serviceClock(systemClock);
  const client = cloudflareClient(connection, { dates: clock, budget: budgetFor(connection, systemClock) });
  const left = [...(await scriptNames(client, accountId))];
  const found: Sight[] = [];
  const worker = async (): Promise<void> => {
    for (let scriptName = left.shift(); scriptName !== undefined; scriptName = left.shift()) {
      const active = await cloudflareDeployments(client, { accountId, scriptName }).active();
      if (active?.record === undefined || !isUnderWay(active.record)) continue;
      found.push({ scriptName, plan: undefined, at: clock.now(), active, watched: undefined });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found.toSorted((a, b) => a.scriptName.localeCompare(b.scriptName));
}
