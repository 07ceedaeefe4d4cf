import { noCounts, type Counts, type Served, type Series } from "../../health/series";
import type { Sli } from "../../health/sli";
import { isOnRequests } from "../../plan/eventTypes";
import type { Plan } from "../../plan/plan";
import type { Clock, Readiness, SeriesQuery, Telemetry, Witness, WitnessQuery } from "../../rollout/ports";
import type { Traffic } from "../traffic";

/** How long after its end a bucket shows: events were seen to arrive after 10 to 45 s (live, 2026). */
export const arrivesAfterMs = 30_000;

/** The width of the buckets that the metrics are counted in, in milliseconds. */
const metricsBucketMs = 10_000;

/** Telemetry and metrics of the traffic of a replay. A bucket shows as a whole, half a minute after it ended. */
export class ReplayTelemetry implements Telemetry, Witness {
  private readonly slos: ReadonlyMap<string, number>;
  /** An SLO that counts requests: what else is asked for is whether there were any. */
  private readonly onRequests: number;

  constructor(
    plan: Plan,
    private readonly clock: Clock,
    private readonly traffic: Traffic,
    private readonly newVersionId: string,
  ) {
    this.onRequests = Math.max(
      0,
      plan.slos.findIndex(({ sli }) => isOnRequests(sli)),
    );
    this.slos = new Map(plan.slos.map(({ sli }, slo) => [nameOf(sli), slo]));
  }

  read(query: SeriesQuery): Promise<readonly Series[]> {
    return Promise.resolve(query.slis.map((sli) => this.series(sli, query)));
  }

  readiness(): Promise<Readiness> {
    return Promise.resolve({ blindBecause: undefined, warnings: [] });
  }

  count(query: WitnessQuery): Promise<readonly Served[]> {
    return Promise.resolve(
      query.spans.map(({ from, to }) => {
        let [fresh, old] = [0, 0];
        for (
          let start = Math.floor(from / metricsBucketMs) * metricsBucketMs;
          start < to;
          start += metricsBucketMs
        ) {
          const served = this.traffic.in(this.onRequests, start, metricsBucketMs);
          fresh += served.new.valid;
          old += served.old.valid;
        }
        return { new: { valid: fresh, bad: 0 }, old: { valid: old, bad: 0 } };
      }),
    );
  }

  private series(sli: Sli, query: SeriesQuery): Series {
    const { bucketMs, from, to, newVersionId, oldVersionId } = query;
    const slo = this.slos.get(nameOf(sli));
    const until = Math.min(to, this.clock.now() - arrivesAfterMs);
    const series = [];
    for (let start = from; start + bucketMs <= until; start += bucketMs) {
      const served = this.traffic.in(slo ?? this.onRequests, start, bucketMs);
      const of = (versionId: string | undefined): Counts => {
        if (versionId === undefined) return noCounts;
        const { valid, ...counts } = versionId === this.newVersionId ? served.new : served.old;
        return slo === undefined ? { valid, bad: 0 } : { valid, ...counts };
      };
      const bucket = { start, new: of(newVersionId), old: of(oldVersionId) };
      if (bucket.new.valid + bucket.old.valid > 0) series.push(bucket);
    }
    return series;
  }
}

/** The same for what is asked of the versions alike: how much longer one may take tells nothing of what is served. */
function nameOf(sli: { readonly kind: string }): string {
  return JSON.stringify("tolerance" in sli ? { ...sli, tolerance: undefined } : sli);
}
