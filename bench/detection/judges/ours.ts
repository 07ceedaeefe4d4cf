import { ceiling } from "../../../provider/health/ceiling";
import { comparison } from "../../../provider/health/comparison";
import { noDispersion, over, type Dispersion } from "../../../provider/health/dispersion";
import { EvidenceProcess, type Claim } from "../../../provider/health/evidence";
import { dispersionOf } from "../../../provider/health/past";
import { bucketSeconds, type Judge, type Release } from "./judge";

/** What this package judges by, with one of the bounds an SLO may set. */
export function ours(kind: Judge["kind"]): Judge {
  return {
    name: `ours ${kind}`,
    rule: "The evidence process of this package; looks every 10 s.",
    kind,
    watch: (release) => watch(kind, release, dispersionOfPast(release)),
  };
}

/** The same without the old version's past: as if all events were independent. */
export function oursWithoutPast(kind: Judge["kind"]): Judge {
  return {
    name: `ours ${kind}, no past`,
    rule: "The same without the hour before the release.",
    kind,
    watch: (release) => watch(kind, release, noDispersion),
  };
}

function watch(kind: Judge["kind"], release: Release, dispersion: Dispersion): ReturnType<Judge["watch"]> {
  const process = new EvidenceProcess(claimOf(kind, release, dispersion));
  const conclusive = -Math.log(release.level);
  return (bucket) => {
    process.add(bucket);
    return process.evidence.log >= conclusive;
  };
}

function claimOf(kind: Judge["kind"], { max, maxIncrease }: Release, dispersion: Dispersion): Claim {
  return kind === "max" ? ceiling(max, dispersion) : comparison(maxIncrease, dispersion);
}

function dispersionOfPast({ past }: Release): Dispersion {
  const bucketMs = bucketSeconds * 1000;
  return over(bucketMs, dispersionOf({ bucketMs, buckets: past }));
}
