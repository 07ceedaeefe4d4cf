import type { TimeSpan } from "../rollout/ports";

/** The most groups of a span: a Worker has few versions that serve at a time, and few ways to end. */
export const maxMetricsGroups = 1000;

/** The name that the answer gives a span, by its place in the query. */
export function spanName(index: number): string {
  return `span${index}`;
}

/**
 * The body of a query that counts invocations by version and by how they ended, for each span by itself. Versions are
 * not filtered by: those that are not asked for are left out of the answer.
 */
export function metricsQuery(
  accountId: string,
  scriptName: string,
  spans: readonly TimeSpan[],
): { readonly query: string; readonly variables: object } {
  const times = spans.map((_, index) => `, $from${index}: Time!, $to${index}: Time!`).join("");
  const fields = spans.map((_, index) => fieldOf(index)).join("\n");
  const bounds = spans.flatMap(({ from, to }, index): [string, string][] => [
    [`from${index}`, timeText(from)],
    [`to${index}`, timeText(to)],
  ]);
  return {
    query: `query Invocations($account: string!, $script: string!${times}) {
  viewer { accounts(filter: { accountTag: $account }) {
${fields}
  } }
}`,
    variables: { account: accountId, script: scriptName, ...Object.fromEntries(bounds) },
  };
}

function fieldOf(index: number): string {
  return `    ${spanName(index)}: workersInvocationsAdaptive(
      limit: ${maxMetricsGroups}
      filter: { scriptName: $script, datetime_geq: $from${index}, datetime_lt: $to${index} }
    ) { sum { requests } dimensions { scriptVersion status } }`;
}

/** `2026-09-29T07:03:18Z`: metrics are kept by the second. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
