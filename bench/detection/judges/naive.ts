import { add, badShare, noCounts } from "../../../provider/health/series";
import type { Judge } from "./judge";

const enough = 50;

/** The plain rule: the share measured so far is over the limit, from 50 requests on. */
export const naive: Judge = {
  name: "measured > limit",
  rule: "The share measured so far is over the limit, from 50 requests on.",
  kind: "max",
  watch({ max }) {
    let counts = noCounts;
    return (bucket) => {
      counts = add(counts, bucket.new);
      return counts.valid >= enough && badShare(counts) > max;
    };
  },
};
