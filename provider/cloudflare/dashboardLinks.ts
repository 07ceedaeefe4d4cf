import type { Link } from "../dashboard/ports";
import type { Connection, WorkerName } from "./client";
import { isLoopback } from "./workerAddress";

/** What Cloudflare's dashboard has of a Worker, by its name there and its address below the Worker's. */
const pages: readonly (readonly [string, string])[] = [
  ["Deployments", "deployments"],
  ["Metrics", "metrics"],
  ["Logs", "observability/logs"],
];

/** The pages of a Worker in Cloudflare's own dashboard. A local edge has none. */
export function dashboardLinks(
  { baseUrl }: Pick<Connection, "baseUrl">,
  { accountId, scriptName }: WorkerName,
): readonly Link[] {
  if (baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname)) return [];
  const worker = `https://dash.cloudflare.com/${encodeURIComponent(accountId)}/workers/services/view/${encodeURIComponent(scriptName)}/production`;
  return pages.map(([name, path]) => ({ name, href: `${worker}/${path}` }));
}
