import { cloudflareClient } from "../cloudflare/client";
import { originsOf } from "../cloudflare/origins";
import { systemClock } from "../pulumi/clock";
import { intentionText } from "../rollout/text/intention";
import type { Order } from "../rollout/operator";
import type { Deployment } from "../rollout/ports";
import { sameTraffic } from "../rollout/release";
import type { DeploymentRequest } from "../rollout/write/write";
import { carryOut } from "./carryOut";
import { confirm } from "./confirm";
import { orderPorts } from "./orderPorts";
import { remark, say } from "./say";
import { accessOf, type WorkerOptions } from "./worker";

/** The options of a command that names who gives it. */
export interface ByOptions extends WorkerOptions {
  readonly by: string;
}

/** The options of a command that moves traffic. */
export interface OrderOptions extends ByOptions {
  readonly yes?: boolean;
}

/**
 * Shows what an order is going to do, asks whether to go on, and carries it out.
 *
 * @param more what a person should know beside where the traffic goes
 * @returns what was deployed; undefined when the person said no
 * @throws Error when the order is refused, when there is nobody to ask, or when Cloudflare does not take it
 */
export async function give(
  scriptName: string,
  options: OrderOptions,
  order: (active: Deployment | undefined) => Order,
  more: (request: DeploymentRequest) => string = () => "",
): Promise<DeploymentRequest | undefined> {
  const { connection, accountId } = accessOf(options);
  const worker = { accountId, scriptName };
  const client = cloudflareClient(connection);
  const ports = orderPorts(client, worker, systemClock);
  const active = await ports.deployments.active();
  const ordered = order(active);
  if (ordered.kind === "refuse") throw new Error(ordered.reason);
  const { request } = ordered;
  const { oldVersionId, newVersionId } = request.record;
  const versionIds = [oldVersionId, newVersionId].filter((id) => id !== undefined);
  const origins = await originsOf(client, worker, versionIds);
  const moves = active ? intentionText(scriptName, active, request, origins, Date.now()) : "";
  const intention = [moves, more(request)].filter((text) => text !== "").join("\n");
  if (options.yes) say(intention);
  else if (!(await confirm(intention))) {
    remark("Nothing was done.");
    process.exitCode = 1;
    return undefined;
  }
  return carryOut(ports, scriptName, asShown(request, order));
}

/**
 * Carries out an order that moves no traffic, and so asks nobody.
 *
 * @throws Error when the order is refused, or when Cloudflare does not take it
 */
export function giveAtOnce(
  scriptName: string,
  options: ByOptions,
  order: (active: Deployment | undefined) => Order,
): Promise<DeploymentRequest> {
  const { connection, accountId } = accessOf(options);
  const ports = orderPorts(cloudflareClient(connection), { accountId, scriptName }, systemClock);
  return carryOut(ports, scriptName, order);
}

/** The same order, as long as it does what the person has agreed to. */
export function asShown(
  shown: DeploymentRequest,
  order: (active: Deployment | undefined) => Order,
): (active: Deployment | undefined) => Order {
  return (active) => {
    const now = order(active);
    if (now.kind === "refuse" || isSame(shown, now.request)) return now;
    const reason =
      "The release has gone on since it was shown to you. Nothing was done; run the command again.";
    return { kind: "refuse", reason };
  };
}

/** An abort does the same in every stage: it puts the old version back. */
function isSame(shown: DeploymentRequest, now: DeploymentRequest): boolean {
  return shown.record.id === now.record.id && sameTraffic(shown.split, now.split);
}
