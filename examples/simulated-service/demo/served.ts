import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Counts } from "../../../provider/health/series";

const versionKey = "$workers.scriptVersion.id";
const statusKey = "$workers.event.response.status";

/** Groups of invocations, by version and status. */
const answer = z.object({
  calculations: z.array(
    z.object({
      aggregates: z.array(
        z.object({
          value: z.number(),
          groups: z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number()]) })),
        }),
      ),
    }),
  ),
});

/** Requests and server errors of each version of a Worker from one moment until another, by the version's id. */
export async function servedBetween(
  client: Cloudflare,
  worker: { readonly accountId: string; readonly scriptName: string },
  timeframe: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, Counts>> {
  const is = (key: string, value: string) => ({ key, operation: "eq", type: "string", value }) as const;
  const result = await client.workers.observability.telemetry.query({
    account_id: worker.accountId,
    queryId: "demo",
    timeframe,
    ignoreSeries: true,
    limit: 2000,
    parameters: {
      filters: [is("$metadata.service", worker.scriptName), is("$metadata.type", "cf-worker-event")],
      calculations: [{ operator: "count" }],
      groupBys: [
        { type: "string", value: versionKey },
        { type: "number", value: statusKey },
      ],
    },
  });
  const served = new Map<string, Counts>();
  for (const { value, groups } of answer.parse(result).calculations.flatMap((one) => one.aggregates)) {
    const of = (key: string): string => String(groups.find((group) => group.key === key)?.value);
    const { valid, bad } = served.get(of(versionKey)) ?? { valid: 0, bad: 0 };
    const isBad = Number(of(statusKey)) >= 500;
    served.set(of(versionKey), { valid: valid + value, bad: bad + (isBad ? value : 0) });
  }
  return served;
}
