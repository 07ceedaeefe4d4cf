import { dispersionOf, noDispersion, over, type Dispersion, type Past } from "./dispersion";
import { Judgement, type Bounds, type Verdict } from "./judgement";
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
  /** What the old version served before. Without it, events are taken to be independent of each other. */
  readonly past?: Past | undefined;
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
 * looks. See {@link ceiling} and {@link comparison} for the arithmetic, and {@link dispersionOf} for traffic whose
 * events are not independent.
 *
 * @throws RangeError when a bound or the level is out of its range, or there is no bound at all
 */
export function judge(slo: Bounds, series: Series, strictness: Strictness): Verdict {
  check(slo, strictness);
  const { level, past, bucketMs = 10_000 } = strictness;
  return verdictOn(
    slo,
    series,
    level,
    past === undefined ? noDispersion : over(bucketMs, dispersionOf(past)),
  );
}

/** As {@link judge}, for bounds that were checked before. */
function verdictOn(slo: Bounds, series: Series, level: number, dispersion: Dispersion): Verdict {
  const judgement = new Judgement(slo, level, dispersion);
  for (const bucket of series) judgement.add(bucket);
  return judgement.verdict;
}

function check({ max, maxIncrease }: Bounds, { level }: Strictness): void {
  const wrong = [
    {
      name: "max",
      value: max,
      isFine: max === undefined || (max >= 0 && max < 1),
      allowed: "a share from 0 to below 1",
    },
    {
      name: "maxIncrease",
      value: maxIncrease,
      isFine: maxIncrease === undefined || (maxIncrease >= 1 && maxIncrease <= 1000),
      allowed: "a ratio from 1 to 1000",
    },
    {
      name: "level",
      value: level,
      isFine: level > 0 && level < 1,
      allowed: "a probability above 0 and below 1",
    },
  ].find(({ isFine }) => !isFine);
  if (wrong) throw new RangeError(`${wrong.name} is ${String(wrong.value)}, expected ${wrong.allowed}`);
  if (max === undefined && maxIncrease === undefined) {
    throw new RangeError("the SLO sets no bound, expected `max`, `maxIncrease` or both");
  }
}
