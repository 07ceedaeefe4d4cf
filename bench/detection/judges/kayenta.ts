import { noCounts, add } from "../../../provider/health/series";
import { shiftOf } from "../statistics/mannWhitney";
import { bucketSeconds, bucketsOfMinute, type Judge, type Release, type Watch } from "./judge";

/** The quantile of the normal distribution at one end of an interval of 98 %. */
const z = 2.3263478740408408;

/** The lower end must be above this part of the estimate. */
const tolerance = 0.25;

/** The mean of the new version over that of the old one must be at least this. */
const allowedIncrease = 1;

const fiveMinutes = 300 / bucketSeconds;

/** Kayenta with the Netflix judge, asked once at the end of the soak. */
export const kayentaAtEnd: Judge = {
  name: "Kayenta at the end",
  rule: "Mann-Whitney at 98 % of the minutes of new against old, once.",
  kind: "maxIncrease",
  watch: (release) => analysis(release, release.soak),
};

/** The same asked every 5 minutes on all that was measured so far. */
export const kayentaGrowing: Judge = {
  name: "Kayenta every 5 min",
  rule: "The same every 5 minutes on all minutes so far.",
  kind: "maxIncrease",
  watch: (release) => analysis(release, fiveMinutes),
};

function analysis({ soak }: Release, interval: number): Watch {
  const fresh = new Minutes();
  const old = new Minutes();
  let buckets = 0;
  return (bucket) => {
    fresh.add(bucket.new);
    old.add(bucket.old);
    buckets += 1;
    if (buckets % interval !== 0 && buckets !== soak) return false;
    return isHigh(fresh.shares, old.shares);
  };
}

/** The bad share of each minute in percent; minutes without requests are missing values, which are left out. */
class Minutes {
  readonly shares: number[] = [];
  private minute = noCounts;
  private buckets = 0;

  add(counts: typeof noCounts): void {
    this.minute = add(this.minute, counts);
    this.buckets += 1;
    if (this.buckets % bucketsOfMinute !== 0) return;
    if (this.minute.valid > 0) this.shares.push((100 * this.minute.bad) / this.minute.valid);
    this.minute = noCounts;
  }
}

/** The classification "High", which fails a canary with one metric; an empty side is "Nodata" and fails nothing. */
export function isHigh(experiment: readonly number[], control: readonly number[]): boolean {
  const [highest = 0] = experiment;
  const [usual = 0] = control;
  if (experiment.length === 0 || control.length === 0) return false;
  if (identical(experiment, control)) return false;
  const ratio = meanRatio(experiment, control);
  // Where each side is one value Kayenta adds noise of 1e-5 of it, lest all be tied: what is higher is high.
  if (allEqual(experiment) && allEqual(control)) return highest > usual && ratio >= allowedIncrease;
  const { lower, estimate } = shiftOf(experiment, control, z);
  return lower > tolerance * Math.abs(estimate) && ratio >= allowedIncrease;
}

/** 1 when the control is 0. */
function meanRatio(experiment: readonly number[], control: readonly number[]): number {
  const usual = mean(control);
  return usual === 0 ? 1 : mean(experiment) / usual;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** The same values in any order. */
function identical(experiment: readonly number[], control: readonly number[]): boolean {
  if (experiment.length !== control.length) return false;
  const other = control.toSorted((a, b) => a - b);
  return experiment.toSorted((a, b) => a - b).every((value, index) => value === other[index]);
}
