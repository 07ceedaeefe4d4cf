import { noDispersion, type Dispersion } from "./dispersion";
import type { Counts } from "./series";

/** Bad shares wander in seconds to minutes: one bad client, retries, a slow dependency. */
const memoryMs = 120_000;

/**
 * What a run of buckets shows of the dispersion of their bad events, taken in one by one: it does not grow with them.
 *
 * The autocovariances of the bad counts around their mean share, relative to the mean count and without what
 * independent events show by themselves, say both kinds. What neighbouring buckets have in common is wander: their sum
 * over all lags, with the weights of Newey and West (1987). Lag-0 variance beyond the value extrapolated from lags 1 and
 * 2 is attributed to clusters (the "nugget" of Matheron's geostatistics). One standard error is subtracted from each, so
 * that chance alone makes no dispersion in quiet traffic.
 */
export class Moments {
  private lags: readonly Products[];
  private recent: readonly { readonly at: number; readonly counts: Counts }[] = [];
  private buckets = 0;
  private served = 0;
  private bad = 0;

  constructor(private readonly bucketMs: number) {
    const lags = Math.max(2, Math.ceil(memoryMs / bucketMs));
    this.lags = Array.from({ length: lags + 1 }, () => ({ bad: 0, mixed: 0, valid: 0 }));
  }

  /** The same, going on by itself. */
  copy(): Moments {
    return Object.assign(new Moments(this.bucketMs), this, { lags: this.lags.map((sum) => ({ ...sum })) });
  }

  /** Takes in the bucket with the index `at`, which is larger than those before. */
  add(at: number, counts: Counts): void {
    this.buckets += 1;
    this.served += counts.valid;
    this.bad += counts.bad;
    this.recent = [{ at, counts }, ...this.recent].filter((one) => at - one.at < this.lags.length);
    for (const one of this.recent) {
      const products = this.lags[at - one.at];
      if (products) multiply(products, counts, one.counts);
    }
  }

  /** The wander is for a span of one millisecond: divided by its length it is a span's. */
  get dispersion(): Dispersion {
    const { bad, served, buckets, bucketMs } = this;
    if (bad === 0) return noDispersion;
    const mean = bad / buckets;
    // The standard error of a covariance where the events are independent; at lag 0 its square is twice as large.
    const error = Math.sqrt(1 / buckets) / mean;
    const covariance = (lag: number): number => this.covariance(lag, bad / served);
    const atOnce = covariance(0);
    const shared = Math.min(Math.max(0, atOnce), expectedAtLag0(covariance(1), covariance(2), error));
    let wander = shared;
    let doubt = 0;
    const lags = Math.min(Math.ceil(memoryMs / bucketMs), Math.floor(buckets / 4));
    for (let lag = 1; lag <= lags; lag += 1) {
      const weight = 2 * (1 - lag / (lags + 1));
      wander += weight * covariance(lag);
      doubt += weight ** 2;
    }
    return {
      clusters: Math.max(0, atOnce - shared - Math.SQRT2 * error) * mean,
      wander: Math.max(0, wander - Math.sqrt(doubt) * error) * bucketMs,
    };
  }

  /** The covariance of buckets `lag` apart, relative to the expected counts, beyond that of independent events. */
  private covariance(lag: number, share: number): number {
    const products = this.lags[lag];
    if (products === undefined || products.valid === 0) return 0;
    const expected = share ** 2 * products.valid;
    const excess = products.bad - share * products.mixed + expected;
    return (excess - (lag === 0 ? this.bad : 0)) / expected;
  }
}

/** Sums over pairs of buckets: x·x′, x·n′ + n·x′ and n·n′. */
interface Products {
  bad: number;
  mixed: number;
  valid: number;
}

function multiply(sum: Products, a: Counts, b: Counts): void {
  sum.bad += a.bad * b.bad;
  sum.mixed += a.bad * b.valid + a.valid * b.bad;
  sum.valid += a.valid * b.valid;
}

/** What the covariances of lags 1 and 2 lead to expect of lag 0; nothing where the first is no more than chance. */
function expectedAtLag0(first: number, second: number, error: number): number {
  if (first <= 2 * error) return 0;
  return second > error ? Math.max(first, first ** 2 / second) : first;
}
