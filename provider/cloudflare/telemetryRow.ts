/** Events of one version in one bucket that have the same outcome and status. */
export interface Row {
  /** When the bucket begins, in epoch milliseconds. */
  readonly start: number;
  readonly versionId: string;
  /** Undefined where the telemetry does not tell it, as users report of cron events, or it was not asked for. */
  readonly outcome: string | undefined;
  /** Undefined where it was not asked for. */
  readonly status: number | undefined;
  /**
   * How many were really read. A fraction where the answer was made from a part of the rows: rounded here, a few failures
   * of many groups or buckets would be none.
   */
  readonly events: number;
}
