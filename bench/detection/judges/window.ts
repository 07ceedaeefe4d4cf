import { add, noCounts, type Counts } from "../../../provider/health/series";

/** What was served in the last so many buckets. */
export class Window {
  private readonly buckets: Counts[] = [];

  constructor(private readonly length: number) {}

  add(counts: Counts): void {
    this.buckets.push(counts);
    if (this.buckets.length > this.length) this.buckets.shift();
  }

  get counts(): Counts {
    return this.buckets.reduce(add, noCounts);
  }
}

/**
 * What a query for the bad share of a window answers where requests are counted by counters, as in Prometheus: nothing
 * before the version's first request, 0/0 while it serves none, else the share.
 */
export function queried(window: Counts, everServed: boolean): number | undefined {
  return everServed ? window.bad / window.valid : undefined;
}
