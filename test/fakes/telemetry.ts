import type { Counts, Series } from "../../provider/health/series";
import { noCounts } from "../../provider/health/series";
import { binOf, edgesOf } from "../../provider/health/latencyBins";
import type { Slower } from "../../provider/health/latencyGap";
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
  /**
   * How long a version's requests take in milliseconds, by numbers from 0 to 1. Default: a median of 60 ms and a 99th
   * percentile of 400 ms, log-normal.
   */
  readonly times?: (versionId: string, elapsedMs: number, random: () => number) => number;
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
      const { oldVersionId } = query;
      const fresh = this.counts(query.newVersionId, sli, start, end);
      const old = oldVersionId === undefined ? noCounts : this.counts(oldVersionId, plain(sli), start, end);
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
    if (sli.kind === "slower") return this.latencies(versionId, sli, valid, elapsed, generator(seed));
    const share = this.traffic.badShare(versionId, sli, elapsed);
    return { valid, bad: binomial(valid, share, generator(`${seed} ${JSON.stringify(sli)}`)) };
  }

  private latencies(
    versionId: string,
    { of, tolerance }: Slower,
    valid: number,
    elapsed: number,
    random: () => number,
  ): Counts {
    const { times = usualTime } = this.traffic;
    const edges = edgesOf(of, tolerance);
    const latencies = Array<number>(edges.length + 1).fill(0);
    for (let request = 0; request < valid; request += 1) {
      const bin = binOf(Math.floor(times(versionId, elapsed, random)), edges);
      latencies[bin] = (latencies[bin] ?? 0) + 1;
    }
    return { valid, bad: 0, latencies };
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

/** Of an old version, how long requests may take is not in question. */
function plain(sli: Sli): Sli {
  return sli.kind === "slower" ? { ...sli, tolerance: 1 } : sli;
}

/** The time of a request, whatever the version. */
export function usualTime(_version: string, _elapsedMs: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return 60 * Math.exp((Math.log(400 / 60) / 2.3263) * normal);
}
