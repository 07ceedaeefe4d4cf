import { Judgement } from "../../../provider/health/judgement";
import { OngoingDispersion } from "../../../provider/health/ongoing";
import { dispersionOf, type Past } from "../../../provider/health/past";
import { bucketSeconds, type Judge, type Release } from "./judge";

/** What this package judges by, with one of the bounds an SLO may set. */
export function ours(kind: Judge["kind"]): Judge {
  return {
    name: `ours ${kind}`,
    rule: "The evidence process of this package; looks every 10 s.",
    kind,
    watch: (release) => watch(kind, release, { bucketMs: bucketSeconds * 1000, buckets: release.past }),
  };
}

/** The same without the old version's past: as if all events were independent. */
export function oursWithoutPast(kind: Judge["kind"]): Judge {
  return {
    name: `ours ${kind}, no past`,
    rule: "The same without the hour before the release.",
    kind,
    watch: (release) => watch(kind, release),
  };
}

function watch(kind: Judge["kind"], release: Release, past?: Past): ReturnType<Judge["watch"]> {
  const { level, max, maxIncrease, soak } = release;
  const judgement = new Judgement(kind === "max" ? { max } : { maxIncrease }, level, {
    ongoing: past && new OngoingDispersion(dispersionOf(past), past.bucketMs),
    course: { buckets: soak, changes: 0 },
  });
  return (bucket) => {
    judgement.add(bucket);
    return judgement.verdict.violated;
  };
}
