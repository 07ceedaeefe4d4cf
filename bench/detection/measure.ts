import { onsetOf, type Case } from "./cases";
import { bucketSeconds, type Judge, type Release } from "./judges/judge";
import { simulate, type Trace } from "./trace";

/** The median and the 90th percentile over runs; Infinity where fewer runs came to an end. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
}

/** How a judge did in the runs of a case. */
export interface Score {
  readonly judge: string;
  readonly kind: Judge["kind"];
  /** The share of runs aborted while nothing was wrong. */
  readonly falseAborts: number;
  /** What follows is about the other runs. The share of them aborted once something was wrong; undefined if nothing is. */
  readonly caught: number | undefined;
  /** Seconds from when it went wrong until the abort. */
  readonly seconds: Spread;
  /** Bad requests to the new version from when it went wrong until the abort. */
  readonly bad: Spread;
  /** What they would have been at the end of the soak, in the middle one of the runs. */
  readonly badWithoutAbort: number;
}

/** How a run ended under a judge. */
interface Ending {
  /** The bucket after which it was aborted, Infinity for never. */
  readonly bucket: number;
  /** Bad requests from `onset` on, until then and until the end of the soak. */
  readonly bad: number;
  readonly badWithoutAbort: number;
}

/** Draws the runs of a case and has all its judges watch the same ones. */
export function measure(one: Case, runs: number, seed: string): Score[] {
  const watched = one.judges.map((judge) => ({
    judge,
    onset: onsetOf(one, judge.kind) ?? Infinity,
    endings: [] as Ending[],
  }));
  for (let run = 0; run < runs; run += 1) {
    const trace = simulate(one, `${seed}/${one.group}/${one.name}/${run}`);
    const release = releaseOf(one, trace);
    for (const { judge, onset, endings } of watched) endings.push(endingOf(judge, release, trace, onset));
  }
  return watched.map(({ judge, onset, endings }) => scoreOf(judge, endings, onset));
}

function releaseOf(one: Case, { past }: Trace): Release {
  return { max: one.max, maxIncrease: one.maxIncrease, level, soak: one.soak, past, truth: one.shares };
}

/** With which probability a healthy release may be aborted: 1 − confidence. */
export const level = 0.01;

function endingOf(judge: Judge, release: Release, { buckets }: Trace, onset: number): Ending {
  const watch = judge.watch(release);
  const aborted = buckets.findIndex((bucket) => watch(bucket));
  const until = aborted === -1 ? Infinity : aborted;
  let bad = 0;
  let badWithoutAbort = 0;
  buckets.forEach((bucket, index) => {
    if (index < onset) return;
    badWithoutAbort += bucket.new.bad;
    if (index <= until) bad += bucket.new.bad;
  });
  return { bucket: until, bad, badWithoutAbort };
}

function scoreOf(judge: Judge, endings: readonly Ending[], onset: number): Score {
  const fair = endings.filter(({ bucket }) => bucket >= onset);
  const caught = fair.filter(({ bucket }) => bucket < Infinity);
  const spread = (value: (ending: Ending) => number): Spread => {
    const values = fair.map((ending) => (ending.bucket < Infinity ? value(ending) : Infinity));
    return { median: quantile(values, 0.5), p90: quantile(values, 0.9) };
  };
  const falseAborts = endings.filter(({ bucket }) => bucket < onset && bucket < Infinity);
  return {
    judge: judge.name,
    kind: judge.kind,
    falseAborts: falseAborts.length / endings.length,
    caught: onset === Infinity ? undefined : caught.length / Math.max(1, fair.length),
    seconds: spread(({ bucket }) => (bucket + 1 - onset) * bucketSeconds),
    bad: spread(({ bad }) => bad),
    badWithoutAbort: quantile(
      fair.map(({ badWithoutAbort }) => badWithoutAbort),
      0.5,
    ),
  };
}

/** The smallest value that this part of the values does not exceed; NaN of none. */
function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil(part * sorted.length) - 1] ?? NaN;
}
