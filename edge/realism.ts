/** A span of milliseconds to draw from, both ends included. */
export type Span = readonly [from: number, to: number];

/**
 * How an edge differs from an ideal Cloudflare: the delays and failures of the real one. Each can be had alone, and
 * all are drawn from one seed. What is left out does not happen.
 */
export interface Realism {
  /** Two edges with the same seed that are asked the same draw the same. A whole number. Default: 1. */
  readonly seed?: number | undefined;
  /** How long after it began an invocation is found by telemetry queries, in milliseconds. */
  readonly ingestDelayMs?: Span | undefined;
  /** How long after it began an invocation is counted by GraphQL queries of metrics, in milliseconds. */
  readonly analyticsDelayMs?: Span | undefined;
  /** How long a deployment takes to be known at a location, in milliseconds; drawn for each location. */
  readonly propagationMs?: Span | undefined;
  /** Reads of deployments and versions that do not show the newest writes. */
  readonly readLag?: ReadLag | undefined;
  /** Versions that cannot be read or deployed right after their upload (code 100146). */
  readonly freshVersion?: FreshVersion | undefined;
  /** How many requests a minute other callers make that count for the same rate limit. */
  readonly otherCallersPerMinute?: number | undefined;
}

/** How reads lag behind writes. */
export interface ReadLag {
  /** The share of the reads that lag, from 0 to 1. */
  readonly share: number;
  /** How far behind such a read is, in milliseconds. */
  readonly lagMs: Span;
}

/** How a version is missing at first. */
export interface FreshVersion {
  /** The share of the requests about it that do not find it, from 0 to 1. */
  readonly share: number;
  /** For how long after its upload, in milliseconds. */
  readonly forMs: Span;
}

/**
 * What users of the live API report, as of November 2026: events are found after 10 to 45 s, metrics after about a
 * minute, a deployment is known everywhere after 2 to 30 s, a version that was just uploaded is now and then not found
 * for some seconds, and a read may miss the last write. Other callers take a quarter of the rate limit of 1200 requests
 * in 5 minutes.
 */
export const REALISTIC: Realism = {
  ingestDelayMs: [10_000, 45_000],
  analyticsDelayMs: [45_000, 75_000],
  propagationMs: [2_000, 30_000],
  readLag: { share: 0.05, lagMs: [1_000, 5_000] },
  freshVersion: { share: 0.3, forMs: [500, 3_000] },
  otherCallersPerMinute: 60,
};
