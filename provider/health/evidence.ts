import { Beginnings, type Course } from "./beginnings";
import { noDispersion, type Dispersion } from "./dispersion";
import { add, type Bucket, type Served } from "./series";

/** A claim about a version, such as "its bad share is at most 1 %", that each bucket speaks for or against. */
export interface Claim<B extends Bucket = Bucket> {
  /** The alternatives that the evidence is averaged over: how much each of them weighs. They add up to 1. */
  readonly weights: readonly number[];
  /**
   * What a bucket says against the claim: for each alternative the natural logarithm of how much likelier the bucket is
   * under it than when the claim just holds. Written into `steps`, so that a long series costs no memory.
   *
   * @param dispersion of the bad events of the bucket
   * @returns by how much the evidence of the bucket was divided for its dispersion, from 1; 0 if the bucket says nothing:
   * it is skipped
   */
  weigh(bucket: B, steps: Float64Array, dispersion: Dispersion): number;
}

/** What is known of a bucket beside its counts. */
export interface Circumstances {
  /** What was served in it; it may be less than what it is judged by. Default: what it is judged by. */
  readonly served?: Bucket;
  /** The dispersion of its bad events. */
  readonly dispersion: Dispersion;
  /** See {@link Beginnings.next}. */
  readonly sinceChange?: number | undefined;
}

/** What a series says against a claim. */
export interface Evidence {
  /**
   * The natural logarithm of the strongest evidence at the end of any bucket: 0 says nothing, ln(100) refutes the
   * claim at a level of 1 %, Infinity is proof.
   */
  readonly log: number;
  /**
   * Since when the version is most probably bad: the begin of a bucket, and what was served from it on; undefined when
   * nothing points to a beginning.
   */
  readonly onset: (Served & { readonly since: number }) | undefined;
  /** By how much the evidence of the last bucket was divided because bad events come together, from 1. */
  readonly dividedBy: number;
}

/**
 * The evidence process against a claim, fed bucket by bucket.
 *
 * The likelihood ratios of the buckets are accumulated, for each alternative, for a badness that began with any of the
 * buckets, each of them with its weight of {@link Beginnings}; they are averaged over the alternatives, and the weight of the
 * beginnings yet to come is added as it is. While the claim holds this is a non-negative supermartingale that starts at 1, so the chance that it ever reaches 1/α is at most α, however often one looks and whenever one stops
 * (Ville's inequality; see Shin, Ramdas and Rinaldo, "E-detectors", 2022, for mixtures over change points).
 */
export class EvidenceProcess<B extends Bucket = Bucket> {
  private readonly steps: Float64Array;
  private accumulated: Accumulated;
  private onsets: readonly Onset[];
  private strongest = 0;
  private dividedBy = 1;

  /** @param course what is planned of the release; without it nothing is known of when trouble may begin */
  constructor(
    private readonly claim: Claim<B>,
    course?: Course,
    private readonly beginnings = new Beginnings(course),
  ) {
    this.steps = new Float64Array(claim.weights.length);
    this.accumulated = new Accumulated(claim.weights);
    this.onsets = claim.weights.map(() => new Onset());
  }

  /** A process that has seen the same, and goes on by itself. */
  copy(): EvidenceProcess<B> {
    const copy = new EvidenceProcess(this.claim, undefined, this.beginnings.copy());
    copy.accumulated = this.accumulated.copy();
    copy.onsets = this.onsets.map((onset) => onset.copy());
    copy.strongest = this.strongest;
    copy.dividedBy = this.dividedBy;
    return copy;
  }

  /** Takes the next bucket in. */
  add(bucket: B, { served = bucket, dispersion, sinceChange }: Circumstances): void {
    const dividedBy = this.claim.weigh(bucket, this.steps, dispersion);
    const weight = this.beginnings.next(dividedBy !== 0, sinceChange);
    if (dividedBy === 0) {
      for (const onset of this.onsets) onset.pass(served);
      return;
    }
    this.dividedBy = dividedBy;
    this.accumulated.step(this.steps, weight);
    this.strongest = Math.max(this.strongest, this.accumulated.logWith(this.beginnings.toCome));
    this.onsets.forEach((onset, index) => {
      onset.step(served, this.steps[index] ?? 0);
    });
  }

  get evidence(): Evidence {
    const clearest = this.onsets.reduce((best, onset) => (onset.sum > best.sum ? onset : best));
    return { log: this.strongest, onset: clearest.onset, dividedBy: this.dividedBy };
  }
}

/** The evidence that a whole series of buckets with the same dispersion gives against a claim. */
export function evidenceAgainst<B extends Bucket>(
  claim: Claim<B>,
  series: Iterable<B>,
  dispersion: Dispersion = noDispersion,
): Evidence {
  const process = new EvidenceProcess(claim);
  for (const bucket of series) process.add(bucket, { dispersion });
  return process.evidence;
}

/** Below this the exponential of a step and its product with what was accumulated are numbers with room to spare. */
const smallStep = 300;
const largeSum = 1e150;

/**
 * The likelihood ratios accumulated for each alternative. They outgrow the range of numbers after a few
 * thousand failures, so they are kept in units of e^exponent.
 */
class Accumulated {
  private values: Float64Array;
  private exponent = 0;

  constructor(private readonly weights: readonly number[]) {
    this.values = new Float64Array(weights.length);
  }

  copy(): Accumulated {
    const copy = new Accumulated(this.weights);
    copy.values = this.values.slice();
    copy.exponent = this.exponent;
    return copy;
  }

  /** Adds a beginning of weight `weight`, and multiplies by the likelihood ratios whose logarithms are `steps`. */
  step(steps: Float64Array, weight: number): void {
    if (largest(steps) > smallStep || largest(this.values) > largeSum) {
      this.rescale(steps, weight);
      return;
    }
    const unit = weight * Math.exp(-this.exponent);
    for (let g = 0; g < steps.length; g += 1) {
      this.values[g] = ((this.values[g] ?? 0) + unit * (this.weights[g] ?? 0)) * Math.exp(steps[g] ?? 0);
    }
  }

  /** ln(sum + rest) */
  logWith(rest: number): number {
    if (this.exponent === Infinity) return Infinity;
    let sum = 0;
    for (const value of this.values) sum += value;
    return Math.log(sum + rest * Math.exp(-this.exponent)) + this.exponent;
  }

  /** The same as a step, in logarithms, and with the exponent that makes the largest value 1. */
  private rescale(steps: Float64Array, weight: number): void {
    const unit = weight * Math.exp(-this.exponent);
    const logs = this.values.map(
      (value, g) => Math.log(value + unit * (this.weights[g] ?? 0)) + this.exponent + (steps[g] ?? 0),
    );
    this.exponent = largest(logs);
    this.values.set(logs.map((log) => Math.exp(log - this.exponent)));
  }
}

function largest(values: Float64Array): number {
  let found = -Infinity;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** Finds the bucket from which on the steps add up to the most (Page's cumulative sum, 1954). */
class Onset {
  sum = 0;
  onset: Evidence["onset"];

  copy(): Onset {
    const copy = new Onset();
    copy.sum = this.sum;
    copy.onset = this.onset;
    return copy;
  }

  step(bucket: Bucket, step: number): void {
    this.sum = Math.max(0, this.sum + step);
    if (this.sum === 0) this.onset = undefined;
    else if (this.onset === undefined) this.onset = { since: bucket.start, new: bucket.new, old: bucket.old };
    else this.pass(bucket);
  }

  /** Takes in a bucket that says nothing: it was served all the same. */
  pass(bucket: Bucket): void {
    if (this.onset === undefined) return;
    const { since, new: fresh, old } = this.onset;
    this.onset = { since, new: add(fresh, bucket.new), old: add(old, bucket.old) };
  }
}
