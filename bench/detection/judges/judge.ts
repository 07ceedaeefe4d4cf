import type { Bucket, Counts } from "../../../provider/health/series";

/** How long a bucket is: the finest that any judge looks. */
export const bucketSeconds = 10;

/** How many buckets make the minute that the peers measure by. */
export const bucketsOfMinute = 60 / bucketSeconds;

/** The bad shares that the traffic of a bucket is drawn from. */
export interface Shares {
  readonly new: number;
  readonly old: number;
}

/** What is known of a release when it begins. */
export interface Release {
  /** The largest bad share that is fine. */
  readonly max: number;
  /** How many times the old version's bad share is still fine. */
  readonly maxIncrease: number;
  /** With which probability a healthy release may be aborted. */
  readonly level: number;
  /** How many buckets the soak lasts. */
  readonly soak: number;
  /** What the old version served in the hour before. */
  readonly past: readonly Counts[];
  /** What only the bound knows: the true shares, in the bucket with this index. */
  readonly truth: (index: number) => Shares;
}

/** Takes the next bucket in; true aborts the release, and nothing more is asked then. */
export type Watch = (bucket: Bucket) => boolean;

/** A rule by which a release is aborted. */
export interface Judge {
  readonly name: string;
  /** Its rule in a sentence. */
  readonly rule: string;
  /** What it judges by: the ceiling alone, or the old version in the same time. */
  readonly kind: "max" | "maxIncrease";
  readonly watch: (release: Release) => Watch;
}
