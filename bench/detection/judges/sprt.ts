import type { Bucket } from "../../../provider/health/series";
import type { Judge, Release, Shares } from "./judge";

/**
 * The bound: Wald's test of "just at the limit" against the truth, by someone who knows how bad the version is and since
 * when. It takes about ln(1/α)/KL(truth‖limit) events. It looks once a bucket like we do.
 */
export function sprt(kind: "max" | "maxIncrease"): Judge {
  const step = kind === "max" ? atCeiling : atIncrease;
  return {
    name: `bound ${kind}`,
    rule: "Wald's SPRT by someone who knows the true shares and when they change; looks every 10 s.",
    kind,
    watch(release) {
      let index = 0;
      let log = 0;
      return (bucket) => {
        log += step(bucket, release.truth(index), release);
        index += 1;
        return log >= -Math.log(release.level);
      };
    },
  };
}

/** Buckets in which the version is not worse than allowed are not counted against it. */
function atCeiling({ new: { valid, bad } }: Bucket, truth: Shares, { max }: Release): number {
  if (truth.new <= max) return 0;
  return times(bad, Math.log(truth.new / max)) + times(valid - bad, Math.log((1 - truth.new) / (1 - max)));
}

/** Of the bad events, those of the new version, given how many there are: whatever the base rate is. */
function atIncrease(bucket: Bucket, truth: Shares, { maxIncrease }: Release): number {
  const ratio = truth.new / truth.old / maxIncrease;
  if (!(ratio > 1) || bucket.new.valid === 0 || bucket.old.valid === 0) return 0;
  const weight = maxIncrease * bucket.new.valid;
  const theta = weight / (weight + bucket.old.valid);
  const total = 1 - theta + theta * ratio;
  return bucket.new.bad * Math.log(ratio / total) - bucket.old.bad * Math.log(total);
}

/** Nothing of what cannot be says nothing. */
function times(events: number, log: number): number {
  return events === 0 ? 0 : events * log;
}
