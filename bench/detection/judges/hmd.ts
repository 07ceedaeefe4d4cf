import { add, badShare, noCounts } from "../../../provider/health/series";
import type { Judge } from "./judge";

/** The app's default `polling_fraction`. */
const pollingFraction = 0.5;

/**
 * The Workers HMD app: polls twice in a soak, each time for the percentiles since the last poll. It asks for the Worker,
 * not for the version, so both versions are mixed; without data the percentiles are 0, which passes. One value over its
 * limit reverts. "p99 over the limit" is "more than 1 % slower than the limit"; other shares are judged alike.
 *
 * Its window is written as a thousand times the interval; here it is what that is meant to be.
 */
export const hmd: Judge = {
  name: "HMD app",
  rule: "Two polls in a soak, of both versions mixed; one over the limit reverts.",
  kind: "max",
  watch({ max, soak }) {
    const interval = Math.max(1, Math.floor(soak * pollingFraction));
    let buckets = 0;
    let mixed = noCounts;
    return (bucket) => {
      mixed = add(mixed, add(bucket.new, bucket.old));
      buckets += 1;
      if (buckets % interval !== 0) return false;
      const share = badShare(mixed);
      mixed = noCounts;
      return share > max;
    };
  },
};
