import type { Span } from "../realism";

/** How the metrics of an edge are kept. */
export interface AnalyticsOptions {
  /** Where. Default: a temporary file that is gone with the edge. */
  readonly file?: string | undefined;
  /** How long after an invocation began queries find it, in milliseconds. Default: at once. */
  readonly delayMs?: Span | undefined;
  /** What delays are drawn from. Default: 1. */
  readonly seed?: number | undefined;
}

/** When queries find what has been counted. */
export interface Delay {
  readonly ms: Span;
  readonly seed: number;
}

/** The delay that the options ask for. */
export function delayOf({ delayMs = [0, 0], seed = 1 }: AnalyticsOptions): Delay {
  return { ms: delayMs, seed };
}
