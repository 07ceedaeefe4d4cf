import {
  isStale,
  PortError,
  staleDeployments,
  type Deployment,
  type Deployments,
  type Split,
  type Urgency,
} from "../ports";
import { within } from "../look/deadline";
import type { ReleaseRecord } from "../record/record";
import type { Dependencies } from "../release";
import type { State, WriteFailure } from "../state";
import { unlessOverwritten } from "./again";
import { orError } from "./orError";
import type { Lost } from "./overwritten";

/** A write whose answer was lost may take effect for this long. */
export const lateWriteMs = 15_000;

/** Until when a lost write may still take effect, in milliseconds since the epoch; long ago where none was lost. */
export function lateUntil({
  failure,
  lostAt = -Infinity,
}: Partial<Pick<State, "failure" | "lostAt">>): number {
  return Math.max(failure?.lostAt ?? -Infinity, lostAt) + lateWriteMs;
}

/** One split to deploy, and what its deployment says. */
export interface DeploymentRequest {
  readonly split: Split;
  readonly sentence: string;
  readonly record: ReleaseRecord;
  /** Also taken where Cloudflare would refuse it because a secret has changed: a revert must not fail on that. */
  readonly force?: boolean;
}

/** What is to be written in view of the active deployment: a deployment, or nothing for a reason. */
export type Proposal<T> = { readonly write: DeploymentRequest } | { readonly instead: T };

/** What else was seen around a write that took effect. */
interface Beside {
  /** What it has overwritten unseen and ought not to have, where that could not be deployed again. */
  readonly lost?: Lost;
  /** What somebody has deployed over it since, where that was seen. */
  readonly after?: Deployment;
}

/** How an attempt to write ended. */
export type Written<T> =
  | (Beside & {
      readonly kind: "made";
      readonly deployment: Deployment;
      readonly request: DeploymentRequest;
      /** True when the reading failed before it. */
      readonly unread: boolean;
    })
  | (Beside & {
      /** Nothing was written, for this reason. */
      readonly kind: "instead";
      readonly because: T;
      /** True where something was written before that was found, which had overwritten it. */
      readonly isAfterWrite?: true;
      /** What was overwritten and is deployed again. */
      readonly madeAgain?: Deployment;
    })
  /** Cloudflare did not take it, or did not answer. */
  | {
      readonly kind: "failed";
      readonly during: "read" | "write";
      readonly failure: WriteFailure;
      /** How long it asked to be left alone, in milliseconds; undefined if it did not. */
      readonly retryAfterMs: number | undefined;
    };

/** What a write needs to know beside the proposal. */
export interface WriteContext {
  /** The active deployment, as far as it is known: a reading that contradicts it is not believed. */
  readonly known: Deployment | undefined;
  /** The failure of the attempt before, if this one repeats it. */
  readonly before?: WriteFailure | undefined;
  /** Where the reading fails, `known` is taken for the active deployment: this write cannot wait. */
  readonly mayBeUnread?: boolean;
  /** A reading that takes longer has failed, in milliseconds. Default: as long as the port allows. */
  readonly readWithinMs?: number | undefined;
  /** How urgent it is. Default: `write`. */
  readonly urgency?: "revert" | "write";
  /** Whether a deployment that was overwritten unseen stays so, whatever `propose` says of it. Default: none does. */
  readonly isToStayOverwritten?: (theirs: Deployment) => boolean;
}

/**
 * The protocol of every write: reads the active deployment, lets `propose` say what to write over it, and writes once.
 * It never tries again by itself. Whoever tries again calls it again, so that a write whose answer was lost is seen
 * before another is made. What somebody has deployed between the reading and the write is found afterwards: where
 * `propose` would have written nothing over it, it is deployed again.
 */
export async function write<T>(
  propose: (active: Deployment | undefined) => Proposal<T>,
  context: WriteContext,
  outside: Pick<Dependencies, "deployments" | "past" | "clock">,
): Promise<Written<T>> {
  const { deployments, clock } = outside;
  const { known, before, urgency = "write" } = context;
  const since = before?.since ?? clock.now();
  const read = await orError(within(context.readWithinMs, readActive(known, deployments, urgency), clock));
  const unread = read instanceof PortError;
  if (unread && !context.mayBeUnread) {
    const failure = { since, lostAt: before?.lostAt, forGood: false };
    return failed("read", read, { ...failure, ...orderedBy(read, before, clock.now()) });
  }
  const active = unread ? known : read;
  const proposal = propose(active);
  if ("instead" in proposal) return { kind: "instead", because: proposal.instead };
  const { write: request } = proposal;
  const { split, sentence, record, force = false } = request;
  const made = await orError(deployments.create(split, sentence, { force, record, over: active, urgency }));
  if (!(made instanceof PortError)) {
    const written = { kind: "made", deployment: made, request, unread } as const;
    return unlessOverwritten(written, { made, over: active, request }, propose, context, outside);
  }
  const forGood = made.failure !== "unavailable";
  const lostAt = forGood ? before?.lostAt : clock.now();
  return failed("write", made, { since, lostAt, forGood, ...orderedBy(made, before, clock.now()) });
}

/**
 * The active deployment.
 *
 * @throws PortError also where the answer contradicts what is known
 */
export async function readActive(
  known: Deployment | undefined,
  deployments: Deployments,
  urgency: Urgency,
): Promise<Deployment | undefined> {
  const active = await deployments.active(urgency);
  if (isStale(known, active)) throw new PortError("unavailable", staleDeployments);
  return active;
}

/** The waits that were ordered up to now. Those that overlap count once. */
function orderedBy(
  { retryAfterMs = 0 }: PortError,
  before: WriteFailure | undefined,
  now: number,
): Pick<WriteFailure, "orderedMs" | "notBefore"> {
  const { orderedMs = 0, notBefore = 0 } = before ?? {};
  const until = Math.max(notBefore, now + retryAfterMs);
  if (retryAfterMs === 0) return { orderedMs, notBefore };
  return { orderedMs: orderedMs + until - Math.max(now, notBefore), notBefore: until };
}

function failed(
  during: "read" | "write",
  { message: trouble, retryAfterMs }: PortError,
  failure: Omit<WriteFailure, "oldIsGone" | "trouble">,
): Written<never> {
  return { kind: "failed", during, failure: { ...failure, oldIsGone: false, trouble }, retryAfterMs };
}
