import type { Order } from "../rollout/operator";
import type { Deployment } from "../rollout/ports";
import { sameTraffic, type Dependencies } from "../rollout/release";
import { writeRecord } from "../rollout/record/recordText";
import { lostSentence, madeAgainSentence } from "../rollout/text/overwrittenText";
import { joined, withPeriod } from "../rollout/text/words";
import { unlessFoundOver } from "../rollout/write/again";
import { write, type DeploymentRequest, type Proposal, type Written } from "../rollout/write/write";

/** How long an order is tried, in milliseconds: a person waits for it. */
const tryMs = 30_000;
const pauseMs = 2000;

/**
 * Carries out what a person orders. The order is made from the active deployment as it is right before the write, anew
 * for each try: one whose answer was lost is found done, not repeated.
 *
 * @throws Error with the reason when the order is refused, or with what Cloudflare said when it is not taken in time
 */
export async function carryOut(
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
  scriptName: string,
  order: (active: Deployment | undefined) => Order,
): Promise<DeploymentRequest> {
  const { deployments, clock } = outside;
  const until = clock.now() + tryMs;
  let tried: DeploymentRequest | undefined;
  // Readings lag behind writes now and then: of two, the newer one counts. A failure shows in the next.
  let known = await deployments.active().catch(() => undefined);
  const propose = (active: Deployment | undefined): Proposal<Order> => {
    known = active;
    if (tried && isDone(tried, active)) {
      return { instead: { kind: "deploy", request: tried } };
    }
    const ordered = order(active);
    if (ordered.kind === "refuse") return { instead: ordered };
    tried = ordered.request;
    return { write: ordered.request };
  };
  for (;;) {
    const attempt = await write(propose, { known }, outside);
    const written = await afterLost(attempt, known, propose, outside);
    if (written.kind === "made") {
      if (written.lost) throw new Error(lostSentence(scriptName, written.lost));
      return written.request;
    }
    if (written.kind === "instead") {
      if (written.because.kind === "refuse") {
        const again = written.madeAgain && madeAgainSentence(scriptName, written.madeAgain);
        throw new Error(joined([again ?? "", written.because.reason]));
      }
      return written.because.request;
    }
    const { forGood, lostAt, trouble } = written.failure;
    if (forGood || clock.now() + pauseMs > until)
      throw new Error(lostAt === undefined ? trouble : unknown(trouble));
    await clock.sleep(pauseMs);
  }
}

/** An order whose answer was lost, and which a reading shows, may have overwritten something as well. */
async function afterLost(
  attempt: Written<Order>,
  made: Deployment | undefined,
  propose: (active: Deployment | undefined) => Proposal<Order>,
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
): Promise<Written<Order>> {
  if (attempt.kind !== "instead" || attempt.isAfterWrite || made === undefined) return attempt;
  if (attempt.because.kind === "refuse") return attempt;
  return unlessFoundOver(made, attempt.because.request, propose, { known: made }, outside);
}

/** Whether the active deployment is what was ordered: the answer to the write was lost. */
function isDone({ split, record }: DeploymentRequest, active: Deployment | undefined): boolean {
  if (active?.record === undefined || !sameTraffic(active.split, split)) return false;
  return writeRecord(active.record) === writeRecord(record);
}

function unknown(trouble: string): string {
  return `${withPeriod(trouble)} It is not known whether the order was carried out: \`workers-release status\` tells.`;
}
