import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Urgency } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";

const logs = z.object({
  enabled: z.boolean().nullish(),
  head_sampling_rate: z.number().nullish(),
  invocation_logs: z.boolean().nullish(),
  persist: z.boolean().nullish(),
});

/** What of a Worker's settings decides whether its invocations are recorded. */
export const observabilitySettings = z.object({
  observability: z
    .object({
      enabled: z.boolean().nullish(),
      head_sampling_rate: z.number().nullish(),
      logs: logs.nullish(),
    })
    .nullish(),
});

/**
 * Why no telemetry of the Worker can be expected, and what to do; undefined when its invocations are recorded. What
 * is said about logs in particular goes before what is said about observability as a whole.
 */
export function reasonForBlindness(
  scriptName: string,
  { observability }: z.infer<typeof observabilitySettings>,
): string | undefined {
  const details = observability?.logs;
  const on = details?.enabled ?? observability?.enabled ?? false;
  const rate = details?.head_sampling_rate ?? observability?.head_sampling_rate ?? 1;
  if (!on && observability?.enabled && details?.enabled === false) {
    return (
      `Worker "${scriptName}" records no invocations, although observability.enabled is true: its settings have ` +
      "observability.logs.enabled as false, which goes before. Set that to true, by name: Cloudflare's Pulumi provider " +
      "goes on sending what its state has of `logs` where a program leaves it out."
    );
  }
  if (!on) {
    return `Worker "${scriptName}" records no invocations: set observability.enabled to true in its settings.`;
  }
  if (rate === 0) {
    return (
      `Worker "${scriptName}" records none of its invocations: set observability.head_sampling_rate in its settings ` +
      "to more than 0, up to 1 for all of them."
    );
  }
  if (details?.invocation_logs === false) {
    return (
      `Worker "${scriptName}" records what it logs but not its invocations: ` +
      "set observability.logs.invocation_logs to true in its settings."
    );
  }
  if (details?.persist === false) {
    return (
      `Worker "${scriptName}" sends its invocations elsewhere and keeps none at Cloudflare: ` +
      "set observability.logs.persist to true in its settings."
    );
  }
  return undefined;
}

/**
 * As {@link reasonForBlindness}, by the settings that the Worker has now.
 * @throws {PortError} when they cannot be read
 */
export async function checkObservability(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  urgency: Urgency = "start",
): Promise<string | undefined> {
  const question = {
    what: `Reading the settings of Worker "${scriptName}"`,
    permission: "Workers Scripts Read",
    urgency,
  };
  const settings = await ask(client, question, observabilitySettings, (options) =>
    client.workers.scripts.settings.get(scriptName, { account_id: accountId }, options),
  );
  return reasonForBlindness(scriptName, settings);
}
