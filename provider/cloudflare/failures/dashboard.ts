import type { Filter } from "../../health/sli";
import type { FailuresQuery } from "../../rollout/ports";
import { isLoopback } from "../workerAddress";

/** Filters as a person enters them in Workers Logs: `$workers.outcome eq exception, …`. */
export function filtersText(filters: readonly Filter[]): string {
  return filters
    .map(({ key, operation, value }) =>
      [key, operation, value].filter((part) => part !== undefined).join(" "),
    )
    .join(", ");
}

/**
 * The address of a Worker's logs in Cloudflare's dashboard, with a query as users write it in such addresses (2025, 2026;
 * Cloudflare documents none of it). The account is the one that its reader chooses: its id may be a secret.
 */
export function dashboardUrl(
  baseUrl: string,
  scriptName: string,
  { from, to }: Pick<FailuresQuery, "from" | "to">,
  filters: readonly Filter[],
): string | undefined {
  if (isLoopback(new URL(baseUrl).hostname)) return undefined;
  const query = new URLSearchParams({
    view: "events",
    filters: JSON.stringify(filters),
    time: JSON.stringify({ type: "absolute", from, to }),
  });
  const logs = `/:account/workers/services/view/${scriptName}/production/observability/logs?${query.toString()}`;
  return `https://dash.cloudflare.com/?to=${encodeURIComponent(logs)}`;
}
