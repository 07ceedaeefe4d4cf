import { ceiling } from "./ceiling";
import { comparison } from "./comparison";
import type { Course } from "./beginnings";
import { noDispersion, type Dispersion } from "./dispersion";
import { EvidenceProcess, type Evidence } from "./evidence";
import type { OngoingDispersion } from "./ongoing";
import type { Bucket, Counts, Served } from "./series";
import type { Floors } from "./settling";

/** The bounds that an SLO sets: one of them or both. */
export interface Bounds {
  /** The largest bad share of the new version that is fine, from 0 to below 1. */
  readonly max?: number | undefined;
  /**
   * How many times the bad share of the old version in the same buckets is still fine, from 1 (no worse) to 1000.
   */
  readonly maxIncrease?: number | undefined;
  /**
   * What is added to the limit that `maxIncrease` sets, from 0 to below 1: an old version without any bad event would
   * allow the new one none. Default: 0.
   */
  readonly margin?: number | undefined;
  /**
   * The largest bad share that is fine where the old version served nothing to compare with, from 0 to below 1. It goes
   * with `maxIncrease`. Default: such buckets say nothing.
   */
  readonly alone?: number | undefined;
}

/** Which of its bounds an SLO is judged by; `slower` is that of an SLO that compares latencies. */
export type BoundKind = "max" | "maxIncrease" | "slower";

/** What was served since trouble most probably began. */
export interface Trouble extends Served {
  /** The start of the bucket it began with, in milliseconds since the epoch. */
  readonly since: number;
}

/** What a series says about an SLO. */
export interface Verdict {
  /** True when the evidence of a violation is conclusive at the level it was judged at. */
  readonly violated: boolean;
  /** The bound that there is the most evidence against. */
  readonly bound: BoundKind;
  /** The evidence against that bound as a natural logarithm; 0 is none, `Infinity` is proof. */
  readonly evidence: number;
  /** The evidence at which it is conclusive: ln(number of bounds / level). */
  readonly conclusive: number;
  /**
   * By how much the evidence of the last bucket was divided, from 1: bad events come in clusters or wander, so each of
   * them says less.
   */
  readonly dividedBy: number;
  /** What was served since the trouble most probably began; undefined when nothing points to trouble. */
  readonly trouble: Trouble | undefined;
}

/** What a judgement knows beside the series. */
export interface Knowledge {
  /** The dispersion of the bad events. Default: events are independent of each other. */
  readonly ongoing?: OngoingDispersion | undefined;
  /** What is planned of the release. Default: nothing is known. */
  readonly course?: Course | undefined;
}

/** What is known of a bucket beside its counts. */
export interface Place {
  /** What the new version is taken to have served at least, in a bucket that is not settled. */
  readonly floors?: Floors | undefined;
  /** Whether no more of its events are expected. Default: true. */
  readonly isSettled?: boolean | undefined;
  /** How many judged buckets lie between the last change of the split and it; undefined before the first. */
  readonly sinceChange?: number | undefined;
}

/** What judges one SLO bucket by bucket. */
export interface Judging {
  /** One that has seen the same, and goes on by itself. */
  copy(): Judging;
  /** Takes the next bucket in. */
  add(bucket: Bucket, place?: Place): void;
  /** The dispersion of the bad events as far as it is known now, for a span of one millisecond. */
  readonly dispersion: Dispersion;
  readonly verdict: Verdict;
}

/** The judgement of one SLO, made bucket by bucket: what it needs does not grow with the series. */
export class Judgement implements Judging {
  private readonly ongoing: OngoingDispersion | undefined;

  /**
   * @param slo bounds that were checked before
   * @param level the probability with which an SLO that is met may be found violated, all its bounds together
   */
  constructor(
    private readonly slo: Bounds,
    private readonly level: number,
    { ongoing, course }: Knowledge = {},
    private readonly processes = processesFor(slo, course),
    /** True once a bucket held counts that are none: what they would have said is unknown from then on. */
    private isBroken = false,
  ) {
    this.ongoing = ongoing;
  }

  /** A judgement that has seen the same, and goes on by itself. */
  copy(): Judgement {
    const processes = this.processes.map(({ bound, process }) => ({ bound, process: process.copy() }));
    return new Judgement(this.slo, this.level, { ongoing: this.ongoing?.copy() }, processes, this.isBroken);
  }

  /** Takes the next bucket in. */
  add(bucket: Bucket, { floors, sinceChange }: Place = {}): void {
    if (!isCounts(bucket.new) || !isCounts(bucket.old)) this.isBroken = true;
    const dispersion = this.ongoing?.next(bucket) ?? noDispersion;
    const circumstances = { served: bucket, dispersion, sinceChange };
    for (const { bound, process } of this.processes) {
      process.add(withFloor(bucket, floors?.[bound]), circumstances);
    }
  }

  /** The dispersion of the bad events as far as it is known now, for a span of one millisecond. */
  get dispersion(): Dispersion {
    return this.ongoing?.current ?? noDispersion;
  }

  get verdict(): Verdict {
    const conclusive = Math.log(this.processes.length / this.level);
    const [worst] = this.processes
      .map(({ bound, process }) => ({ bound, ...conclusiveUnlessKnown(process.evidence) }))
      .sort((a, b) => b.log - a.log);
    const { bound = "max", log = 0, onset: trouble, dividedBy = 1 } = worst ?? {};
    const evidence = this.isBroken ? Infinity : log;
    return { violated: evidence >= conclusive, bound, evidence, conclusive, dividedBy, trouble };
  }
}

/** What cannot be told from failure is one: evidence that is no number never makes a version healthy. */
export function conclusiveUnlessKnown(evidence: Evidence): Evidence {
  return Number.isNaN(evidence.log) ? { ...evidence, log: Infinity } : evidence;
}

function isCounts({ valid, bad }: Counts): boolean {
  return Number.isFinite(valid) && bad >= 0 && bad <= valid;
}

function withFloor(bucket: Bucket, floor = 0): Bucket {
  const { valid, bad } = bucket.new;
  return floor > valid ? { ...bucket, new: { valid: floor, bad } } : bucket;
}

interface Bound {
  readonly bound: keyof Floors;
  readonly process: EvidenceProcess;
}

function processesFor({ max, maxIncrease, ...allowance }: Bounds, course?: Course): readonly Bound[] {
  const processes: Bound[] = [];
  if (max !== undefined) processes.push({ bound: "max", process: new EvidenceProcess(ceiling(max), course) });
  if (maxIncrease !== undefined) {
    const claim = comparison(maxIncrease, allowance);
    processes.push({ bound: "maxIncrease", process: new EvidenceProcess(claim, course) });
  }
  return processes;
}
