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

/** Who has handled a request. */
export interface Answerer {
  /** The Worker's version; undefined where it is not known (yet), or where there are several. */
  readonly versionId: string | undefined;
  /** Another Worker that has handled it: a front, perhaps, that has called this one, or has not. */
  readonly otherWorker: string | undefined;
}

/**
 * Tells by the telemetry who has handled each of some requests. Those it does not know (yet) are missing. A Worker that calls
 * itself passes the ray on, and the override does not reach that far: it then has several versions.
 */
export async function whoAnswered(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  rayIds: readonly string[],
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, Answerer>> {
  const what = `Looking up who has answered the probes of Worker "${scriptName}"`;
  const question = { what, permission: "Workers Observability Read", urgency: "telemetry" as const };
  const ofProbes = { key: rayKey, operation: "in", type: "string", value: rayIds.join(",") } as const;
  const by = [rayKey, groupKeys.worker, groupKeys.version];
  const body = totalsQuery("workers-release-probes", undefined, span, [ofProbes], by);
  const { calculations } = await ask(client, question, answer, (options) =>
    client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
  );
  const rows = calculations.flatMap(({ aggregates }) => aggregates.map(({ groups }) => rowOf(groups)));
  const byRay = Map.groupBy(rows, ({ rayId }) => rayId);
  return new Map([...byRay].map(([rayId, alike]) => [rayId, answererOf(alike, scriptName)]));
}

interface Row {
  readonly rayId: string;
  readonly worker: string;
  readonly versionId: string;
}

function rowOf(groups: readonly z.infer<typeof group>[]): Row {
  const read = (key: string): string => valueOf(groups, key) ?? "";
  return { rayId: read(rayKey), worker: read(groupKeys.worker), versionId: read(groupKeys.version) };
}

function answererOf(rows: readonly Row[], scriptName: string): Answerer {
  const own = rows.filter(({ worker }) => worker === scriptName);
  const other = rows.find(({ worker }) => worker !== scriptName);
  return { versionId: own.length === 1 ? own[0]?.versionId : undefined, otherWorker: other?.worker };
}
