import type Cloudflare from "cloudflare";
import { z } from "zod";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { group, valueOf } from "./telemetryAnswer";
import { groupKeys, maxRows } from "./telemetryQuery";

const requestKey = "$workers.requestId";

const answer = z.object({
  calculations: z
    .array(z.object({ aggregates: z.array(z.object({ groups: z.array(group).default([]) })).default([]) }))
    .default([]),
});

/** Tells by the telemetry which version has handled each of some requests. Those it does not know (yet) are missing. */
export async function versionsThatAnswered(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  rayIds: readonly string[],
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, string>> {
  const what = `Looking up which version of Worker "${scriptName}" has answered the probes`;
  const question = { what, permission: "Workers Observability Write" };
  const { calculations } = await ask(client, question, answer, (options) =>
    client.workers.observability.telemetry.query(
      {
        account_id: accountId,
        queryId: "workers-release-probes",
        dry: true,
        view: "calculations",
        timeframe: span,
        ignoreSeries: true,
        limit: maxRows,
        parameters: {
          datasets: ["cloudflare-workers"],
          filterCombination: "and",
          filters: [
            { key: "$metadata.service", operation: "eq", type: "string", value: scriptName },
            { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
            { key: requestKey, operation: "in", type: "string", value: rayIds.join(",") },
          ],
          calculations: [{ operator: "count" }],
          groupBys: [requestKey, groupKeys.version].map((value) => ({ type: "string", value })),
          limit: maxRows,
        },
      },
      options,
    ),
  );
  const rows = calculations.flatMap(({ aggregates }) => aggregates.map(({ groups }) => groups));
  return new Map(
    rows.map((groups) => [valueOf(groups, requestKey) ?? "", valueOf(groups, groupKeys.version) ?? ""]),
  );
}
