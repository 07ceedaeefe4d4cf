import { z } from "zod";
import { cloudflareDeployments } from "../../cloudflare/deployments";
import { originsOf } from "../../cloudflare/origins";
import type { Order as Given, OrderKind, Proposal } from "../../dashboard/ports";
import { abort, approve, hold, promote, resume, type Order } from "../../rollout/operator";
import type { Deployment } from "../../rollout/ports";
import { intentionText } from "../../rollout/text/intention";
import { sameTraffic } from "../../rollout/release";
import { carryOut } from "../carryOut";
import { orderPorts } from "../orderPorts";
import type { AccountAccess } from "./access";

type Ordering = (active: Deployment | undefined) => Order;

function ordering(
  { scriptName, kind, reason }: Pick<Given, "scriptName" | "kind" | "reason">,
  by: string,
  now: number,
): Ordering {
  switch (kind) {
    case "approve":
      return (active) => approve(scriptName, active, by, now);
    case "hold":
      return (active) => hold(scriptName, active, by);
    case "resume":
      return (active) => resume(scriptName, active, by);
    case "promote":
      return (active) => promote(scriptName, active, by, now);
    case "abort":
      return (active) => abort(scriptName, active, by, reason);
  }
}

/** What a page gives back of what it has shown. */
const shownShape = z.object({
  id: z.string(),
  split: z.array(z.object({ versionId: z.string(), percent: z.number() })).min(1),
});

/** What an order from a page is going to do. */
export async function propose(
  { client, accountId, clock }: AccountAccess,
  scriptName: string,
  kind: OrderKind,
  by: string,
): Promise<Proposal> {
  const worker = { accountId, scriptName };
  const active = await cloudflareDeployments(client, worker).active();
  const ordered = ordering({ scriptName, kind, reason: undefined }, by, clock.now())(active);
  if (ordered.kind === "refuse" || active === undefined) {
    return { kind: "refused", reason: ordered.kind === "refuse" ? ordered.reason : "It was never deployed." };
  }
  const { split, record } = ordered.request;
  const versionIds = [record.oldVersionId, record.newVersionId].filter((id) => id !== undefined);
  const origins = await originsOf(client, worker, versionIds);
  const lines = intentionText(scriptName, active, ordered.request, origins, clock.now()).split("\n");
  return { kind: "possible", lines, shown: JSON.stringify({ id: record.id, split }) };
}

/** Carries out what a person has agreed to, as long as it is what was shown to them. Throws why not. */
export async function give(
  { client, accountId, clock }: AccountAccess,
  given: Given,
  by: string,
): Promise<string> {
  const order = ordering(given, by, clock.now());
  const { scriptName } = given;
  const ports = orderPorts(client, { accountId, scriptName }, clock);
  const agreed = shownShape.parse(JSON.parse(given.shown));
  const done = await carryOut(ports, scriptName, asAgreed(agreed, order));
  return done.sentence;
}

/** The same order, as long as it does what the person has agreed to. An abort does the same in every stage. */
function asAgreed({ id, split }: z.output<typeof shownShape>, order: Ordering): Ordering {
  return (active) => {
    const now = order(active);
    if (now.kind === "refuse") return now;
    if (now.request.record.id === id && sameTraffic(now.request.split, split)) return now;
    return {
      kind: "refuse",
      reason: "The release has gone on since you were asked. Nothing was done: look again.",
    };
  };
}
