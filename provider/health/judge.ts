import { checkBounds, checkPast, checkPlanned, checkSeries, checkWidth } from "./checkInput";
import { Judgement, type Bounds, type Knowledge, type Verdict } from "./judgement";
import { OngoingDispersion } from "./ongoing";
import { dispersionOf, type Past } from "./past";
import type { Series } from "./series";

/** What a series is judged with, beside the bounds. */
export interface Strictness {
  /**
   * The probability, above 0 and below 1, with which an SLO that is met may be found violated at any moment of the
   * release, all its bounds together.
   */
  readonly level: number;
  /** The width of a bucket of the series, in milliseconds. Needed with `past` only. Default: 10 000. */
  readonly bucketMs?: number | undefined;
  /**
   * What the old version served before: it tells how much bad events come together, as does what the old version serves
   * meanwhile. Without it, events are taken to be independent of each other.
   */
  readonly past?: Past | undefined;
  /** How many buckets the release is to last: trouble is then found sooner that begins late. At least 1. Default: unknown. */
  readonly plannedBuckets?: number | undefined;
}

/** How many bounds an SLO sets, each of which is a test of its own. */
export function boundsOf({ max, maxIncrease }: Bounds): number {
  return Number(max !== undefined) + Number(maxIncrease !== undefined);
}

/**
 * Judges an SLO on everything that was served since the release began. A pure function of the series: the same series
 * gives the same verdict in any process at any time, and events that arrive late simply count from then on.
 *
 * The guarantee: when the SLO is met in every bucket and its events are independent of each other, the chance that any
 * look at the growing series finds it violated is at most `level`, with any traffic, any percentages and any number of
 * looks. Where the events of a
 * series are not independent, what the old version served tells how much less each of them says.
 *
 * @throws RangeError when a bound, the level or a count is out of its range, a bucket is missing or out of order, or
 * there is no bound at all; it names the place
 */
export function judge(slo: Bounds, series: Series, strictness: Strictness): Verdict {
  const { level, past, plannedBuckets, bucketMs = 10_000 } = strictness;
  checkBounds(slo, level);
  checkSeries(series);
  checkWidth(bucketMs);
  if (plannedBuckets !== undefined) checkPlanned(plannedBuckets);
  if (past !== undefined) checkPast(past);
  return verdictOn(slo, series, level, {
    ongoing: past && new OngoingDispersion(dispersionOf(past), bucketMs),
    course: plannedBuckets === undefined ? undefined : { buckets: plannedBuckets, changes: 0 },
  });
}

/** As {@link judge}, for what was checked before. */
function verdictOn(slo: Bounds, series: Series, level: number, knowledge: Knowledge): Verdict {
  const judgement = new Judgement(slo, level, knowledge);
  for (const bucket of series) judgement.add(bucket);
  return judgement.verdict;
}
