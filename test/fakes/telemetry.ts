import type { Counts, Series } from "../../provider/health/series";
import { noCounts } from "../../provider/health/series";
import type { Sli } from "../../provider/health/sli";
import type { PortError, Readiness, SeriesQuery, Telemetry } from "../../provider/rollout/ports";
import type { VirtualClock } from "./clock";
import type { FakeDeployments } from "./deployments";
import { binomial, generator } from "./random";

/** What the Worker's users and its versions do. Times are milliseconds since the clock was made. */
export interface Traffic {
  /** All requests of all versions together. */
  readonly requestsPerSecond: (elapsedMs: number) => number;
  /** Which share of a version's requests is bad by an SLI, from 0 to 1. */
  readonly badShare: (versionId: string, sli: Sli, elapsedMs: number) => number;
  /** How long after it was served a request is counted, in milliseconds. Default: 0. */
  readonly delayMs?: number;
  /** Another seed gives another run of the same luck. Default: 1. */
  readonly seed?: number;
}

interface Outage {
  readonly from: number;
  readonly to: number;
  readonly error: PortError;
}

/**
 * Telemetry of traffic that follows the deployments' splits. The same bucket has the same counts at every look once
 * it is over; rates and bad shares are taken at a bucket's begin.
 */
export class FakeTelemetry implements Telemetry {
  /** How often `read` was called, failures included. */
  reads = 0;
  /** What `readiness` answers. */
  blindBecause: string | undefined;
  readonly warnings: string[] = [];
  /** What is served later is never counted, in milliseconds since the clock was made. */
  ingestedUntil = Infinity;
  /** The version whose requests are not counted. */
  loses: string | undefined;
  private readonly outages: Outage[] = [];

  constructor(
    private readonly clock: VirtualClock,
    private readonly deployments: FakeDeployments,
    private readonly traffic: Traffic,
  ) {}

  /** Every call throws `error` from `fromMs` until `toMs`, in milliseconds since the clock was made. */
  fail(error: PortError, fromMs = 0, toMs = Infinity): void {
    this.outages.push({ from: fromMs, to: toMs, error });
  }

  async read(query: SeriesQuery): Promise<readonly Series[]> {
    this.reads += 1;
    this.failDuringOutage();
    return Promise.resolve(query.slis.map((sli) => this.series(sli, query)));
  }

  async readiness(): Promise<Readiness> {
    this.failDuringOutage();
    return Promise.resolve({ blindBecause: this.blindBecause, warnings: this.warnings });
  }

  private failDuringOutage(): void {
    const now = this.clock.elapsed();
    const outage = this.outages.find(({ from, to }) => from <= now && now < to);
    if (outage !== undefined) throw outage.error;
  }

  private series(sli: Sli, query: SeriesQuery): Series {
    const arrived = this.clock.now() - (this.traffic.delayMs ?? 0);
    const counted = Math.min(query.to, arrived, this.clock.start + this.ingestedUntil);
    const series = [];
    for (let start = query.from; start < counted; start += query.bucketMs) {
      const end = Math.min(start + query.bucketMs, counted);
      const fresh = this.counts(query.newVersionId, sli, start, end);
      const old =
        query.oldVersionId === undefined ? noCounts : this.counts(query.oldVersionId, sli, start, end);
      if (fresh.valid + old.valid > 0) series.push({ start, new: fresh, old });
    }
    return series;
  }

  private counts(versionId: string, sli: Sli, start: number, end: number): Counts {
    if (versionId === this.loses) return noCounts;
    const elapsed = start - this.clock.start;
    const seconds = this.secondsAlone(versionId, start, end);
    const seed = `${this.traffic.seed ?? 1} ${versionId} ${start}`;
    // A fraction of a request is a chance of one, the same for every SLI: all of them count the same requests.
    const expected = this.traffic.requestsPerSecond(elapsed) * seconds;
    const valid = Math.floor(expected + generator(seed)());
    const share = this.traffic.badShare(versionId, sli, elapsed);
    return { valid, bad: binomial(valid, share, generator(`${seed} ${JSON.stringify(sli)}`)) };
  }

  /** The version's part of a span: 10 s at 25 % are 2.5 s of the whole traffic. */
  private secondsAlone(versionId: string, start: number, end: number): number {
    const changes = this.deployments.made.map(({ createdAt }) => createdAt).reverse();
    const cuts = [start, ...changes.filter((time) => start < time && time < end), end];
    const parts = cuts.slice(1).map((to, index) => {
      const from = cuts[index] ?? start;
      return ((to - from) / 1000) * (this.deployments.percentAt(versionId, from) / 100);
    });
    return parts.reduce((sum, part) => sum + part, 0);
  }
}
