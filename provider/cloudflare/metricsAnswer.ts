import { z } from "zod";
import { add, noCounts, type Counts, type Served } from "../health/series";
import { maxMetricsGroups, spanName } from "./metricsQuery";

/** No Worker serves more in any span that is read: a larger number is no count. */
const mostRequests = 1e12;

const group = z.object({
  // An estimate where the metrics are sampled.
  sum: z.object({ requests: z.number().nonnegative().max(mostRequests) }),
  dimensions: z.object({ scriptVersion: z.string(), status: z.string() }),
});

/** The invocations of one version that ended in one way. */
export type Group = z.infer<typeof group>;

const groups = z.array(group).max(maxMetricsGroups - 1, "as many groups as an answer can hold");
/** An error of the GraphQL API. It comes with status 200. */
const refusal = z.object({
  message: z.string(),
  extensions: z.object({ code: z.string().nullish() }).nullish(),
});

/** One reason why a query was not answered. */
export type Refusal = z.infer<typeof refusal>;

const refused = z
  .object({ errors: z.array(refusal).min(1) })
  .transform(({ errors }) => ({ refusals: errors, spans: [] as readonly (readonly Group[])[] }));

/**
 * An answer of the GraphQL API: the groups of each span in the order asked, or why there are none. A span that is
 * missing is no span without invocations.
 */
export function metricsAnswer(spans: number): z.ZodType<{
  readonly refusals: readonly Refusal[];
  readonly spans: readonly (readonly Group[])[];
}> {
  const names = Array.from({ length: spans }, (_, index) => spanName(index));
  const account = z
    .object(Object.fromEntries(names.map((name) => [name, groups])))
    .transform((found) => names.map((name) => found[name] ?? []));
  const answered = z
    .object({ data: z.object({ viewer: z.object({ accounts: z.tuple([account]) }) }) })
    .transform(({ data }) => ({ refusals: [], spans: data.viewer.accounts[0] }));
  return z.union([refused, answered]);
}

/**
 * What is no failure of the Worker: an answer of any status, and a client that left (Workers documentation, Metrics and
 * analytics). What is not known is a failure, as with telemetry.
 */
const harmless: ReadonlySet<string> = new Set(["success", "clientDisconnected"]);

/** What each of two versions has served, by the groups of one span. */
export function servedIn(
  span: readonly Group[],
  newVersionId: string,
  oldVersionId: string | undefined,
): Served {
  return { new: countsOf(span, newVersionId), old: countsOf(span, oldVersionId) };
}

function countsOf(span: readonly Group[], versionId: string | undefined): Counts {
  return span
    .filter(({ dimensions }) => dimensions.scriptVersion === versionId)
    .map(({ sum: { requests }, dimensions: { status } }) => ({
      valid: requests,
      bad: harmless.has(status) ? 0 : requests,
    }))
    .reduce(add, noCounts);
}
