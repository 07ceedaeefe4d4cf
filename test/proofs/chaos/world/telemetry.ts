import type { Series } from "../../../../provider/health/series";
import type { Sli } from "../../../../provider/health/sli";
import type { SeriesQuery } from "../../../../provider/rollout/ports";
import type { Commit } from "../log";
import { noise } from "../random";
import type { Piece, Scenario } from "../scenario/scenario";
import { Lane, type Source } from "./lane";
import { versions } from "./versions";

type Stall = Extract<Piece, { kind: "ingestStall" }>;

const none = { valid: 0, bad: 0 };
/** Buckets that end so long before the simulation begins have arrived. */
const longAgoMs = 120_000;

/**
 * The telemetry of requests that follow the splits in force. What has arrived of a bucket depends on when one looks;
 * what was served does not.
 */
export class TelemetryStore {
  private readonly lanes = new Map<string, Lane>();
  private readonly arrivals = new Map<number, number>();

  constructor(
    private readonly scenario: Scenario,
    private readonly start: number,
    private readonly commits: readonly Commit[],
    private readonly stalls: readonly Stall[],
  ) {}

  /** What a query answers at `at`: one series per SLI. */
  read(query: SeriesQuery, at: number): Series[] {
    return query.slis.map((sli) => this.series(sli, query, at));
  }

  private series(
    sli: Sli,
    { newVersionId, oldVersionId, from, to, bucketMs }: SeriesQuery,
    at: number,
  ): Series {
    const fresh = this.lane(newVersionId, sli, bucketMs);
    const old = oldVersionId === undefined ? undefined : this.lane(oldVersionId, sli, bucketMs);
    const series = [];
    for (let start = from; start < Math.min(to, at); start += bucketMs) {
      const bucket = { start, new: fresh.bucket(start, at), old: old?.bucket(start, at) ?? none };
      if (bucket.new.valid + bucket.old.valid > 0) series.push(bucket);
    }
    return series;
  }

  private lane(versionId: string, sli: Sli, bucketMs: number): Lane {
    const key = `${versionId} ${sli.kind} ${bucketMs}`;
    const known = this.lanes.get(key);
    if (known) return known;
    const lane = new Lane(this.source(versionId, sli), bucketMs);
    this.lanes.set(key, lane);
    return lane;
  }

  private source(versionId: string, sli: Sli): Source {
    const { seed, traffic } = this.scenario;
    const version = noise(seed, Number(versionId.at(-1))) * 2 ** 32;
    return {
      requests: (from, to) => traffic.requestsPerSecond * this.secondsAlone(versionId, from, to),
      badShare: (at) => badShare(this.scenario, versionId, sli, at - this.start),
      arrivedAt: (start, width, cohort) => this.arrivedAt(start, width, cohort),
      isPast: (end) => end < this.start - longAgoMs,
      seeds: { version, sli: sli.kind.length },
    };
  }

  private arrivedAt(start: number, width: number, cohort: number): number {
    const key = (start + width) * 2 + cohort;
    const known = this.arrivals.get(key);
    if (known !== undefined) return known;
    const at = this.arrival(start + width, cohort);
    this.arrivals.set(key, at);
    return at;
  }

  private arrival(end: number, cohort: number): number {
    if (end < this.start - longAgoMs) return end;
    const [least, most] = this.scenario.ingestMs;
    const middle = (least + most) / 2;
    const [from, to] = cohort === 0 ? [least, middle] : [middle, most];
    const share = noise(this.scenario.seed, end, cohort);
    const due = end + from + share * (to - from);
    const stall = this.stalls.find((each) => this.start + each.from <= due && due < this.start + each.to);
    return stall ? this.start + stall.to + share * 3000 : due;
  }

  /** The version's part of a span: 10 s at 25 % are 2.5 s of the whole traffic. */
  private secondsAlone(versionId: string, from: number, to: number): number {
    let seconds = 0;
    for (let index = this.commits.length - 1, until = to; index >= 0; index -= 1) {
      const commit = this.commits[index];
      if (commit === undefined || commit.effectiveAt >= until) continue;
      const since = Math.max(from, commit.effectiveAt);
      const percent = commit.deployment.split.find((share) => share.versionId === versionId)?.percent ?? 0;
      seconds += ((until - since) / 1000) * (percent / 100);
      if (since === from) break;
      until = since;
    }
    return seconds;
  }
}

function badShare({ traffic: { bad } }: Scenario, versionId: string, sli: Sli, elapsed: number): number {
  const usual = sli.kind === "exceptions" ? 0 : 0.002;
  if (!bad || (bad.version === "new" && versionId !== versions.new)) return usual;
  return bad.from <= elapsed && elapsed < bad.to ? Math.max(usual, bad.share) : usual;
}
