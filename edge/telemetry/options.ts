/** How the telemetry of an edge behaves. */
export interface TelemetryOptions {
  /**
   * The most rows that a query reads. Where a timeframe has more, it reads a sample of them, and the answer's
   * `abr_level` says so. Default: 5 million. Cloudflare was seen to read 41 million without sampling; here a query takes
   * about a second for each million, and what is recorded meanwhile waits in memory.
   */
  readonly rowsPerQuery?: number | undefined;
  /**
   * How long after it began an invocation is found by queries, in milliseconds; from and to, if that shall differ from
   * one invocation to the next. Default: none, it is found as soon as it is stored.
   */
  readonly ingestDelayMs?: number | readonly [from: number, to: number] | undefined;
  /**
   * The share of the seconds, from 0 to 1, in which the platform keeps one invocation in ten, each with a
   * `sampleInterval` of 10, whatever the Worker's `head_sampling_rate` is. Default: 0.
   */
  readonly samplingBursts?: number | undefined;
  /** Decides what is drawn: the ingest delays and the sampling bursts. A whole number. Default: 1. */
  readonly seed?: number | undefined;
  /** How long events are kept and found, in milliseconds. Default: 7 days, as Workers Logs keep them. */
  readonly keepForMs?: number | undefined;
  /** How many events are kept; the oldest go first. Default: 20 million, some 10 GB. */
  readonly keepEvents?: number | undefined;
}

/** The options, with their defaults filled in. */
export interface Settings {
  readonly rowsPerQuery: number;
  readonly ingestDelayMs: readonly [from: number, to: number];
  readonly samplingBursts: number;
  readonly seed: number;
  readonly keepForMs: number;
  readonly keepEvents: number;
}

const DAY_MS = 86_400_000;

/** Fills in what `options` leave open. */
export function settingsOf(options: TelemetryOptions): Settings {
  const {
    rowsPerQuery = 5_000_000,
    ingestDelayMs = 0,
    samplingBursts = 0,
    seed = 1,
    keepForMs = 7 * DAY_MS,
    keepEvents = 20_000_000,
  } = options;
  return {
    ...{ rowsPerQuery, samplingBursts, seed, keepForMs, keepEvents },
    ingestDelayMs: typeof ingestDelayMs === "number" ? [ingestDelayMs, ingestDelayMs] : ingestDelayMs,
  };
}
