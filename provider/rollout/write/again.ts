import { within } from "../look/deadline";
import { isStale, PortError, type Deployment } from "../ports";
import { isUnderWay } from "../record/record";
import { sameTraffic, type Dependencies } from "../release";
import { againSentence } from "../text/overwrittenText";
import { orError } from "./orError";
import { isSameAs, longestReadingMs, lookAround } from "./overwritten";
import type { DeploymentRequest, Proposal, WriteContext, Written } from "./write";

/** The end of an attempt in which something was deployed. */
type Deployed<T> = Extract<Written<T>, { readonly kind: "made" | "instead" }>;

/** What has been deployed just now, and over what. */
interface Just {
  readonly made: Deployment;
  readonly over: Deployment | undefined;
  readonly request: Pick<DeploymentRequest, "split"> & Pick<Deployment, "record">;
}

/**
 * What was overwritten unseen is treated as if it had been seen: it is deployed again where `propose` would have written
 * nothing over it, and else what it would have written. That may overwrite something in its turn.
 */
export async function unlessOverwritten<T>(
  written: Deployed<T>,
  { made, over, request }: Just,
  propose: (active: Deployment | undefined) => Proposal<T>,
  context: WriteContext,
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
): Promise<Deployed<T>> {
  const { urgency = "write", isToStayOverwritten = () => false } = context;
  const { overwritten: theirs, after } = await lookAround(made, over, outside, context);
  if (after !== undefined) return { ...written, after };
  if (theirs === undefined || isSameAs(request, theirs) || isToStayOverwritten(theirs)) return written;
  if (isOfAnotherRun(theirs, request)) return written;
  const proposal = propose(theirs);
  if ("write" in proposal && sameTraffic(proposal.write.split, request.split)) return written;
  const next = "write" in proposal ? proposal.write : asItWas(theirs);
  const { split, sentence, record } = next;
  const options = { force: true, over: made, urgency, ...(record && { record }) };
  const again = await insistently(() => outside.deployments.create(split, sentence, options), made, outside);
  if (again instanceof PortError) {
    return { ...written, lost: { deployment: theirs, trouble: again.message } };
  }
  const just = { made: again, over: made, request: next };
  return unlessOverwritten(resultOf(proposal, theirs, again, propose), just, propose, context, outside);
}

/** The same for a write whose answer was lost, once a reading shows what it has made: what it was made over is not known. */
export function unlessFoundOver<T>(
  made: Deployment,
  request: DeploymentRequest,
  propose: (active: Deployment | undefined) => Proposal<T>,
  context: WriteContext,
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
): Promise<Deployed<T>> {
  const found = { kind: "made", deployment: made, request, unread: false } as const;
  return unlessOverwritten(found, { made, over: undefined, request }, propose, context, outside);
}

/** Whoever drives it may have seen by now that it was overwritten, and have ended: nobody would watch it. */
function isOfAnotherRun({ record }: Deployment, request: Just["request"]): boolean {
  return record !== undefined && isUnderWay(record) && record.run !== request.record?.run;
}

/** How often it is tried to deploy something again. */
const tries = 3;
const pauseMs = 1000;

/** The deployment that takes the place of `made`: by this write, which is tried again, or by somebody else's. */
async function insistently(
  create: () => Promise<Deployment>,
  made: Deployment,
  { deployments, clock }: Pick<Dependencies, "deployments" | "clock">,
): Promise<Deployment | PortError> {
  for (let left = tries - 1; ; left -= 1) {
    const again = await orError(create());
    if (!(again instanceof PortError) || again.failure !== "unavailable" || left === 0) return again;
    await clock.sleep(pauseMs);
    const active = await orError(within(longestReadingMs, deployments.active("write"), clock));
    if (active === undefined || active instanceof PortError || isStale(made, active)) continue;
    if (active.id !== made.id) return active;
  }
}

/** What came of a write that has overwritten `theirs`, in whose place `again` is now. */
function resultOf<T>(
  proposal: Proposal<T>,
  theirs: Deployment,
  again: Deployment,
  propose: (active: Deployment | undefined) => Proposal<T>,
): Deployed<T> {
  if ("write" in proposal) {
    return { kind: "made", deployment: again, request: proposal.write, unread: false };
  }
  const isTheirs = sameTraffic(again.split, theirs.split);
  const after = propose(isTheirs ? { ...again, author: theirs.author } : again);
  const because = "instead" in after ? after.instead : proposal.instead;
  return { kind: "instead", because, isAfterWrite: true, ...(isTheirs && { madeAgain: theirs }) };
}

function asItWas(theirs: Deployment): Pick<Deployment, "split" | "record"> & { readonly sentence: string } {
  return { split: theirs.split, sentence: againSentence(theirs), record: theirs.record };
}
