import type Cloudflare from "cloudflare";
import type { WorkerName } from "../cloudflare/client";
import { cloudflareDeployments, cloudflarePast } from "../cloudflare/deployments";
import type { Clock } from "../rollout/ports";
import type { Dependencies } from "../rollout/release";

/** What an order to the release of a Worker is read and written by, over Cloudflare's API. */
export function orderPorts(
  client: Cloudflare,
  worker: WorkerName,
  clock: Clock,
): Pick<Dependencies, "deployments" | "past" | "clock"> {
  return {
    deployments: cloudflareDeployments(client, worker),
    past: cloudflarePast(client, worker),
    clock,
  };
}
