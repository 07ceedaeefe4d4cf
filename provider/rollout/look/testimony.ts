import { isLoss, isSuspect } from "../../health/quiet";
import { servedSince, type Series, type Served } from "../../health/series";
import type { Sli } from "../../health/sli";
import type { Telemetry, TimeSpan, Witness } from "../ports";
import type { Release } from "../release";
import { lastShownIn, recordedAfterMs, type Gap } from "./gap";

/** What the metrics have counted in a span. */
export interface Witnessed extends Served, TimeSpan {}

/**
 * What a gap in the telemetry is:
 * - `unrecorded`: requests were served and are not recorded;
 * - `unserved`: nothing was served, so nothing is missing;
 * - `unknown`: neither is known.
 */
export type Finding = "unrecorded" | "unserved" | "unknown";

/** What is known of a gap in the telemetry. Plain data. */
export interface Testimony {
  readonly of: Gap["of"];
  /** Since when the telemetry shows nothing, in milliseconds since the epoch. */
  readonly since: number;
  /**
   * Which part of what the metrics counted was recorded in the half hour before, from 0 to 1; 0 where one of them showed
   * nothing, so that they cannot be compared, or where the metrics were not asked.
   */
  readonly ratio: number;
  readonly finding: Finding;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly askedAt: number;
  /** Up to when the finding is known, in milliseconds since the epoch. */
  readonly until: number;
  /** What the metrics have counted; undefined where the telemetry itself tells that it works. */
  readonly witnessed: Witnessed | undefined;
}

/** Whatever invokes a Worker: a cron that is recorded shows that requests would be, too. */
const anyInvocation: Sli = {
  kind: "custom",
  valid: [{ key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" }],
  bad: [],
};

/** The metrics have everything by then: they are about a minute late, and clients in use wait for two. */
const countedAfterMs = 120_000;

/** How long before a gap it is looked at how many of the invocations that the metrics count are recorded. */
const comparedMs = 1_800_000;
const bucketMs = 10_000;

/** Whether there is anything to ask: what was served in a gap may not have been recorded yet. */
export function isAskable({ since }: Gap, now: number): boolean {
  return ceil(since) < floor(now - recordedAfterMs);
}

/**
 * Asks what a gap is: first the telemetry, whether it shows anything else in that time; then the metrics.
 *
 * @param before what was known of the same gap: where it has lasted for long, there is nothing left before it to compare
 * @throws PortError
 */
export async function testimonyOn(
  gap: Gap,
  now: number,
  { newVersionId, oldVersionId }: Release,
  { telemetry, witness }: { readonly telemetry: Telemetry; readonly witness: Witness },
  before: Testimony | undefined,
): Promise<Testimony> {
  const versions = { newVersionId, oldVersionId };
  const from = ceil(gap.since);
  const to = floor(now - recordedAfterMs);
  const earlier = { from: from - comparedMs, to: from };
  const [rows = []] = await telemetry.read({
    ...{ slis: [anyInvocation], ...versions, bucketMs, from: earlier.from, to: ceil(now) },
  });
  const known = { of: gap.of, since: before?.since ?? gap.since, askedAt: now };
  if (lastShownIn(rows, gap.of, bucketMs) >= to) {
    return { ...known, ratio: before?.ratio ?? 0, finding: "unserved", until: to, witnessed: undefined };
  }
  const counted = { from, to: Math.max(from + bucketMs, floor(now - countedAfterMs)) };
  const spans = [earlier, { from, to }, counted];
  const [compared, within, settled] = await witness.count({ ...versions, spans });
  if (!compared || !within || !settled)
    throw new RangeError("the metrics told of fewer spans than were asked for");
  const ratio = before?.ratio || ratioOf(sum(servedIn(rows, earlier)), sum(compared));
  const finding = findingOf(gap, {
    within: {
      recorded: servedBy(gap, servedIn(rows, { from, to })),
      expected: ratio * servedBy(gap, within),
    },
    settled: { recorded: servedBy(gap, servedIn(rows, counted)), expected: ratio * servedBy(gap, settled) },
    settledMs: now - countedAfterMs - from,
    isComparable: ratio > 0,
  });
  // What is missing shows in what came last; that nothing is missing, only in what is complete.
  const witnessed = finding === "unrecorded" ? { from, to, ...within } : { from, to: counted.to, ...settled };
  return { ...known, ratio, finding, until: counted.to, witnessed };
}

/** Which part is recorded; the metrics may count less than there is, as they may be sampled. */
function ratioOf(recorded: number, counted: number): number {
  return counted === 0 ? 0 : Math.min(1, recorded / counted);
}

/** How many invocations are recorded, and how many should be, since the metrics have counted them. */
interface Compared {
  readonly recorded: number;
  readonly expected: number;
}

/** What two sources have shown of a gap. */
interface Shown {
  /** Of what should be recorded by now. */
  readonly within: Compared;
  /** Of what the metrics are sure to have counted by now, and how long that is, in milliseconds; negative where nothing. */
  readonly settled: Compared;
  readonly settledMs: number;
  /** Whether it is known which part of what the metrics count is recorded. */
  readonly isComparable: boolean;
}

function findingOf({ perMs, burst }: Gap, { within, settled, settledMs, isComparable }: Shown): Finding {
  if (!isComparable) return "unknown";
  if (isLoss(within.recorded, within.expected)) return "unrecorded";
  const { recorded, expected } = settled;
  const isNothingMissing = expected < recorded + 2 * Math.sqrt(recorded) + 1;
  return isSuspect(perMs * settledMs, burst) && isNothingMissing ? "unserved" : "unknown";
}

/** How many invocations of the version, or the versions, of a gap. */
function servedBy({ of }: Gap, served: Served): number {
  return of === "both" ? sum(served) : served[of].valid;
}

function sum({ new: fresh, old }: Served): number {
  return fresh.valid + old.valid;
}

function servedIn(series: Series, { from, to }: TimeSpan): Served {
  return servedSince(
    series.filter(({ start }) => start < to),
    from,
  );
}

function floor(time: number): number {
  return Math.floor(time / bucketMs) * bucketMs;
}

function ceil(time: number): number {
  return Math.ceil(time / bucketMs) * bucketMs;
}
