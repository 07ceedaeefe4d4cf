import { add, noCounts, type Served } from "../health/series";
import { asNew, asOld, partOf, without, worse } from "./cells";
import { generator, type Random } from "./random";
import { emptyCell, type Cell, type Trace } from "./trace";
import type { Usual } from "./usual";

/** What a version is worse at. */
export interface Fault {
  /** The SLO, counted from 0. */
  readonly slo: number;
  /** See `worse`. */
  readonly times: number;
}

/** How a release has split the traffic. */
export interface Splits {
  /** The new version's mean share of the traffic in a span, from 0 to 1. */
  readonly share: (from: number, to: number) => number;
  /** Whether the new version has its fault by some time. */
  readonly isFaulty: (time: number) => boolean;
}

/**
 * What two versions would have served of a trace: each request is the new version's by the share of the traffic that it
 * had at that time. The trace's buckets are cut into the narrower ones that are asked for, as if their requests had come at
 * any time of theirs. The same seed gives the same.
 */
export class Traffic {
  private readonly cuts = new Map<string, readonly Cell[]>();
  private readonly drawn = new Map<string, Served>();

  constructor(
    private readonly trace: Trace,
    private readonly usual: Usual,
    private readonly seed: string,
    private readonly splits: Splits,
    private readonly fault?: Fault,
  ) {}

  /** What was served by one SLO from one multiple of `bucketMs` to the next. */
  in(slo: number, start: number, bucketMs: number): Served {
    const id = `${slo} ${bucketMs} ${start}`;
    const known = this.drawn.get(id);
    if (known !== undefined) return known;
    const served = this.draw(slo, start, bucketMs);
    this.drawn.set(id, served);
    return served;
  }

  private draw(slo: number, start: number, bucketMs: number): Served {
    const { trace, seed, splits, fault } = this;
    const random = generator(`${seed} ${slo} ${bucketMs} ${start}`);
    const share = splits.share(start, start + bucketMs);
    const first = Math.floor((start - trace.from) / trace.bucketMs);
    const last = Math.ceil((start + bucketMs - trace.from) / trace.bucketMs);
    let served: Served = { new: noCounts, old: noCounts };
    for (let at = first; at < last; at += 1) {
      const cell = this.cut(slo, at, bucketMs, start);
      const fresh = partOf(cell, share, random);
      const isFaulty = fault?.slo === slo && splits.isFaulty(start + bucketMs);
      const counts = isFaulty ? worse(asNew(fresh), fault.times, this.usual(slo, at), random) : asNew(fresh);
      served = { new: add(served.new, counts), old: add(served.old, asOld(without(cell, fresh))) };
    }
    return served;
  }

  /** What of a bucket of the trace falls into the span that begins at `start`. */
  private cut(slo: number, at: number, bucketMs: number, start: number): Cell {
    const cell = this.trace.buckets[at]?.[slo] ?? emptyCell;
    const from = this.trace.from + at * this.trace.bucketMs;
    if (cell.valid === 0 || (start <= from && from + this.trace.bucketMs <= start + bucketMs)) return cell;
    const id = `${slo} ${bucketMs} ${at}`;
    const cuts = this.cuts.get(id) ?? this.cutAll(cell, from, bucketMs, generator(`${this.seed} cut ${id}`));
    this.cuts.set(id, cuts);
    return cuts[Math.floor(start / bucketMs) - Math.floor(from / bucketMs)] ?? emptyCell;
  }

  private cutAll(cell: Cell, from: number, bucketMs: number, random: Random): readonly Cell[] {
    const end = from + this.trace.bucketMs;
    const cuts: Cell[] = [];
    let rest = cell;
    for (let at = from; at < end;) {
      const next = Math.min(end, (Math.floor(at / bucketMs) + 1) * bucketMs);
      const part = partOf(rest, (next - at) / (end - at), random);
      cuts.push(part);
      rest = without(rest, part);
      at = next;
    }
    return cuts;
  }
}
