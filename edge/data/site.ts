import type { AssetConfig } from "../assets/types";
import type { Version } from "../scripts/types";
import type { WorkerOptions } from "../storage/process";
import type { RawBinding } from "../storage/raw";
import { WORKER } from "./code";
import type { PrivateSockets } from "./private-sockets";

/** The worker that serves a version's static assets and calls the version for the rest, by its name in the process. */
const SITE = "site";

/** The header by which an answer tells that the version was called for it; no client sees it. */
export const CALLED = "x-workers-release-edge-called";

/** The value of {@link CALLED} where the version threw. */
export const THREW = "threw";

/** Stands where Miniflare would have the version itself: it tells the version's answers from the files. */
const SCRIPT = `
export default {
  async fetch(request, { VERSION }) {
    try {
      const answer = await VERSION.fetch(request);
      if (answer.webSocket) return answer;
      const told = new Response(answer.body, answer);
      told.headers.set("${CALLED}", "yes");
      return told;
    } catch {
      return new Response(null, { status: 500, headers: { "${CALLED}": "${THREW}" } });
    }
  },
};
`;

/** The worker before a version with static assets. Requests come in through it. */
export function siteWorker(
  folder: string,
  config: AssetConfig,
  version: Version,
  compatibilityDate: string,
  socket: ReturnType<PrivateSockets["direct"]>,
): WorkerOptions {
  const { html_handling: html, not_found_handling: notFound, run_worker_first: first } = config;
  return {
    name: SITE,
    modules: true,
    script: SCRIPT,
    compatibilityDate,
    compatibilityFlags: [...version.compatibilityFlags],
    serviceBindings: { VERSION: WORKER },
    assets: {
      directory: folder,
      routerConfig: {
        has_user_worker: true,
        invoke_user_worker_ahead_of_assets: first === true,
        ...(Array.isArray(first) && { static_routing: routingOf(first as readonly string[]) }),
      },
      assetConfig: {
        ...(html != null && { html_handling: html as "none" }),
        ...(notFound != null && { not_found_handling: notFound as "none" }),
      },
    },
    unsafeDirectSockets: [socket],
  };
}

/** Paths with a `!` are for the files, the others for the version. */
function routingOf(rules: readonly string[]): { user_worker: string[]; asset_worker?: string[] } {
  const files = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  const worker = rules.filter((rule) => !rule.startsWith("!"));
  return { user_worker: worker, ...(files.length > 0 && { asset_worker: files }) };
}

/** What a version's `assets` bindings lead to: the files alone. */
export function assetBindings({ bindings }: Version): RawBinding[] {
  return bindings
    .filter(({ type }) => type === "assets")
    .map(({ name }) => ({
      name,
      binding: { service: { name: `assets:assets-service:${SITE}` } },
      services: [],
    }));
}
