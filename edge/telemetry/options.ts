/** How the telemetry of an edge behaves. */
export interface TelemetryOptions {
  /**
   * The most rows that a query reads. Where a timeframe has more, it reads a sample of them, as Cloudflare does for
   * long or busy ones; the answer's `abr_level` says so. Default: 150 000.
   */
  readonly rowsPerQuery?: number | undefined;
  /**
   * How long after it happened an event is found by queries, in milliseconds; from and to, if that shall differ from
   * one invocation to the next. Default: none, it is found as soon as it is stored.
   */
  readonly ingestDelayMs?: number | readonly [from: number, to: number] | undefined;
  /** How long events are kept, in milliseconds. Default: 7 days, as Workers Logs keep them. */
  readonly keepForMs?: number | undefined;
  /** How many events are kept; the oldest go first. Default: 20 million, some 6 GB. */
  readonly keepEvents?: number | undefined;
}

/** The options, with their defaults filled in. */
export interface Settings {
  readonly rowsPerQuery: number;
  readonly ingestDelayMs: readonly [from: number, to: number];
  readonly keepForMs: number;
  readonly keepEvents: number;
}

const DAY_MS = 86_400_000;

/** Fills in what `options` leave open. */
export function settingsOf(options: TelemetryOptions): Settings {
  const {
    rowsPerQuery = 150_000,
    ingestDelayMs = 0,
    keepForMs = 7 * DAY_MS,
    keepEvents = 20_000_000,
  } = options;
  return {
    ...{ rowsPerQuery, keepForMs, keepEvents },
    ingestDelayMs: typeof ingestDelayMs === "number" ? [ingestDelayMs, ingestDelayMs] : ingestDelayMs,
  };
}
