import type { Bucket, Counts } from "../../provider/health/series";
import type { Case } from "./cases";
import { errors, wander, type Errors } from "./errors";
import { bucketSeconds } from "./judges/judge";
import { generator, poisson, type Random } from "./random";

/** What happened in one run of a case. */
export interface Trace {
  /** What the old version served in the hour before. */
  readonly past: readonly Counts[];
  readonly buckets: readonly Bucket[];
}

const bucketsOfPast = 3600 / bucketSeconds;

/** Draws a run; the same seed gives the same run. */
export function simulate(one: Case, seed: string): Trace {
  const random = generator(seed);
  const before = factors(one, random);
  const pastErrors = errorsOf(one, random);
  const past = times(bucketsOfPast, () => {
    const valid = poisson(one.perSecond * bucketSeconds, random);
    return counts(valid, one.shares(0).old, before().old, pastErrors);
  });

  const factor = factors(one, random);
  const freshErrors = errorsOf(one, random);
  const oldErrors = errorsOf(one, random);
  const buckets = times(one.soak, (index) => {
    const fresh = requests(one, one.percentage, index, random);
    const old = requests(one, 1 - one.percentage, index, random);
    const share = one.shares(index);
    const times = factor();
    return {
      start: index * bucketSeconds * 1000,
      new: counts(fresh, share.new, times.new, freshErrors),
      old: counts(old, share.old, times.old, oldErrors),
    };
  });
  return { past, buckets };
}

/** What a part of the traffic brings to a bucket. */
function requests(one: Case, part: number, index: number, random: Random): number {
  const expected = one.traffic(index) * one.perSecond * bucketSeconds * part;
  if (!one.even) return poisson(expected, random);
  return Math.floor(expected * (index + 1)) - Math.floor(expected * index);
}

/** A version that fails every request does so whatever else wanders. */
function counts(valid: number, share: number, factor: number, bad: Errors): Counts {
  return { valid, bad: share === 1 ? valid : bad(valid, Math.min(1, share * factor)) };
}

/** By how much the bad shares of both versions wander off, bucket by bucket. */
function factors({ noise }: Case, random: Random): () => { readonly new: number; readonly old: number } {
  if (noise.kind !== "wander") return () => ({ new: 1, old: 1 });
  const fresh = wander(noise.sigma, random);
  if (noise.shared) {
    return () => {
      const both = fresh();
      return { new: both, old: both };
    };
  }
  const old = wander(noise.sigma, random);
  return () => ({ new: fresh(), old: old() });
}

function errorsOf({ noise }: Case, random: Random): Errors {
  return errors(noise.kind === "wander" ? { kind: "independent" } : noise, random);
}

function times<T>(count: number, next: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => next(index));
}
