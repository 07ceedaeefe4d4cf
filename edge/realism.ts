import { between } from "./random";

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
  /**
   * Deployments leave the WebSockets of Durable Objects orphaned: open, but nothing that the client sends is answered.
   * One is closed when its client has sent nothing for so many milliseconds. From 0 to 2 147 483 647.
   */
  readonly orphanedSocketsMs?: number | undefined;
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
 * in 5 minutes. WebSockets that a deployment orphaned are closed after 45 s of quiet.
 */
export const REALISTIC: Realism = {
  ingestDelayMs: [10_000, 45_000],
  analyticsDelayMs: [45_000, 75_000],
  propagationMs: [2_000, 30_000],
  readLag: { share: 0.05, lagMs: [1_000, 5_000] },
  freshVersion: { share: 0.3, forMs: [500, 3_000] },
  otherCallersPerMinute: 60,
  orphanedSocketsMs: 45_000,
};

/** The most that a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The seed where none is given. */
export const DEFAULT_SEED = 1;

/** How far behind a read is, in milliseconds; 0 for one that is not. */
export function lagOf({ share, lagMs }: ReadLag, random: () => number): number {
  // Both are drawn each time, so that later draws do not depend on what this one finds.
  const [chance, lag] = [random(), between(lagMs, random)];
  return chance < share ? lag : 0;
}

/** Whether a request does not find a version that was uploaded so many milliseconds ago. */
export function isNotReady({ share, forMs }: FreshVersion, ageMs: number, random: () => number): boolean {
  const [chance, readyAfter] = [random(), between(forMs, random)];
  return chance < share && ageMs < readyAfter;
}

/** Throws when an option is out of its range. The error says what is allowed. */
export function checkRealism(realism: Realism): void {
  const {
    seed,
    ingestDelayMs,
    analyticsDelayMs,
    propagationMs,
    readLag,
    freshVersion,
    otherCallersPerMinute,
    orphanedSocketsMs,
  } = realism;
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new Error(`realism.seed is ${seed}, and must be a whole number.`);
  }
  checkSpan("ingestDelayMs", ingestDelayMs);
  checkSpan("analyticsDelayMs", analyticsDelayMs);
  checkSpan("propagationMs", propagationMs);
  checkSpan("readLag.lagMs", readLag?.lagMs);
  checkSpan("freshVersion.forMs", freshVersion?.forMs);
  checkNumber("readLag.share", readLag?.share, 1);
  checkNumber("freshVersion.share", freshVersion?.share, 1);
  checkNumber("otherCallersPerMinute", otherCallersPerMinute, Number.MAX_VALUE);
  checkNumber("orphanedSocketsMs", orphanedSocketsMs, LONGEST_TIMER_MS);
}

function checkSpan(name: string, span: Span | undefined): void {
  if (span === undefined) return;
  const [from, to] = span;
  if (from >= 0 && from <= to && Number.isFinite(to)) return;
  throw new Error(
    `realism.${name} is ${from} to ${to}, and must be two numbers of milliseconds, the smaller one first.`,
  );
}

function checkNumber(name: string, number: number | undefined, most: number): void {
  if (number === undefined || (number >= 0 && number <= most)) return;
  throw new Error(`realism.${name} is ${number}, and must be ${allowedUpTo(most)}.`);
}

function allowedUpTo(most: number): string {
  if (most === 1) return "a share from 0 to 1";
  return most === Number.MAX_VALUE ? "0 or more" : `from 0 to ${most}`;
}
