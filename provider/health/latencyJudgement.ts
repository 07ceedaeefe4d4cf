import type { Course } from "./beginnings";
import { noDispersion, type Dispersion } from "./dispersion";
import { EvidenceProcess } from "./evidence";
import { conclusiveUnlessKnown, type Judging, type Place, type Verdict } from "./judgement";
import { notSlower, type LatencyBucket } from "./latencyClaim";
import { OwnPart } from "./latencyOwn";
import type { LatencyPast } from "./latencyPast";
import type { Bucket, Counts } from "./series";

/** What a judgement of latencies knows beside the series. */
export interface LatencyKnowledge {
  readonly past: LatencyPast;
  /** The width of a bucket of the series, in milliseconds. */
  readonly bucketMs: number;
  /** What is planned of the release. Default: nothing is known. */
  readonly course?: Course | undefined;
}

/**
 * The judgement of an SLO that compares latencies, made bucket by bucket. Slow requests show later than fast ones, so a
 * bucket that is not settled is not judged yet: the slower version would look faster. What it holds counts later.
 */
export class LatencyJudgement implements Judging {
  /** The past tells of latencies apart, see {@link LatencyKnowledge}. */
  readonly dispersion: Dispersion = noDispersion;

  /** @param level the probability with which an SLO that is met may be found violated */
  constructor(
    private readonly level: number,
    private readonly knowledge: LatencyKnowledge,
    private readonly own = new OwnPart(knowledge.past, knowledge.bucketMs),
    private readonly process = processOf(knowledge),
    /** True once a bucket held counts that are none: what they would have said is unknown from then on. */
    private isBroken = false,
  ) {}

  copy(): LatencyJudgement {
    const { level, knowledge, own, process, isBroken } = this;
    return new LatencyJudgement(level, knowledge, own.copy(), process.copy(), isBroken);
  }

  add(bucket: Bucket, { isSettled = true, sinceChange }: Place = {}): void {
    if (!isSettled) return;
    if (!isWhole(bucket.new) || !isWhole(bucket.old)) this.isBroken = true;
    this.process.add(
      { ...bucket, own: this.own.next(bucket) },
      { served: bucket, dispersion: noDispersion, sinceChange },
    );
  }

  get verdict(): Verdict {
    const conclusive = Math.log(1 / this.level);
    const { log, onset: trouble, dividedBy } = conclusiveUnlessKnown(this.process.evidence);
    const evidence = this.isBroken ? Infinity : log;
    return { violated: evidence >= conclusive, bound: "slower", evidence, conclusive, dividedBy, trouble };
  }
}

function processOf({ past, bucketMs, course }: LatencyKnowledge): EvidenceProcess<LatencyBucket> {
  return new EvidenceProcess(notSlower(past, bucketMs), course);
}

function isWhole({ latencies = [] }: Counts): boolean {
  return latencies.every((requests) => Number.isFinite(requests) && requests >= 0);
}
