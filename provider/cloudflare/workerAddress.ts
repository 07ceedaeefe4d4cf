import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";

const permission = "Workers Scripts Read";
const enabled = z.object({ enabled: z.boolean() });
const account = z.object({ subdomain: z.string().min(1) });

/**
 * The address of a Worker on its account's workers.dev subdomain, without a path. On a local edge, whose API is on
 * loopback, that is a name below `localhost`.
 * @throws {PortError} when the subdomain is not enabled, or cannot be read
 */
export async function workerAddress(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
): Promise<string> {
  const worker = `Worker "${scriptName}"`;
  const of = { account_id: accountId };
  const script = await ask(
    client,
    { what: `Reading the workers.dev address of ${worker}`, permission },
    enabled,
    (options) => client.workers.scripts.subdomain.get(scriptName, of, options),
  );
  if (!script.enabled) {
    throw new PortError(
      "refused",
      `${worker} is not enabled on workers.dev, where a probe with a \`path\` is sent: enable it, or give the probe a \`url\`.`,
    );
  }
  const { subdomain } = await ask(
    client,
    { what: "Reading the account's workers.dev subdomain", permission },
    account,
    (options) => client.workers.subdomains.get(of, options),
  );
  const api = new URL(client.baseURL);
  return isLoopback(api.hostname)
    ? `http://${scriptName}.${subdomain}.localhost:${api.port}`
    : `https://${scriptName}.${subdomain}.workers.dev`;
}

/** True for a host name, as a URL has it, of this machine alone. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
