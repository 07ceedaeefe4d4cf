import type Cloudflare from "cloudflare";
import { z } from "zod";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { group, valueOf } from "./telemetryAnswer";
import { groupKeys, totalsQuery } from "./telemetryQuery";

const rayKey = groupKeys.ray;

const answer = z.object({
  calculations: z
    .array(z.object({ aggregates: z.array(z.object({ groups: z.array(group).default([]) })).default([]) }))
    .default([]),
});

/**
 * Tells by the telemetry which version has handled each of some requests. Those it does not know (yet) are missing, and
 * those with rows of several versions: a Worker that calls itself passes the ray on, and the override does not reach
 * that far.
 */
export async function versionsThatAnswered(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  rayIds: readonly string[],
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, string>> {
  const what = `Looking up which version of Worker "${scriptName}" has answered the probes`;
  const question = { what, permission: "Workers Observability Read", urgency: "telemetry" as const };
  const ofProbes = { key: rayKey, operation: "in", type: "string", value: rayIds.join(",") } as const;
  const by = [rayKey, groupKeys.version];
  const body = totalsQuery("workers-release-probes", scriptName, span, [ofProbes], by);
  const { calculations } = await ask(client, question, answer, (options) =>
    client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
  );
  const rows = calculations.flatMap(({ aggregates }) => aggregates.map(({ groups }) => groups));
  return soleVersions(
    rows.map((groups) => [valueOf(groups, rayKey) ?? "", valueOf(groups, groupKeys.version) ?? ""]),
  );
}

/** The version of each ray that has only one. */
function soleVersions(rows: readonly (readonly [rayId: string, versionId: string])[]): Map<string, string> {
  const found = new Map(rows);
  for (const [rayId, versionId] of rows) if (found.get(rayId) !== versionId) found.delete(rayId);
  return found;
}
