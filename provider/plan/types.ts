/**
 * A span of time: a number and a unit (`ms`, `s`, `m`, `h`, `d`), or several of them: `"500ms"`, `"10m"`, `"1h30m"`.
 */
export type Duration = string;

/** What a release does and what it watches. The same plan can serve every release of a Worker. */
export interface ReleasePlan {
  /**
   * The objectives. A violation of any of them, at any moment of the release, reverts all traffic to the old version.
   * At least one.
   */
  slos: Slo[];
  /** The stages, in order. Percentages rise from stage to stage and end at 100. At least one. */
  stages: Stage[];
  /**
   * How often the telemetry and the active deployment are read. Also the width of a telemetry bucket.
   * From `"1s"` to `"5m"`.
   * @default "10s"
   */
  pollInterval?: Duration;
  /**
   * How sure a verdict must be: a release whose new version meets all its objectives is aborted with a probability of
   * at most `1 - confidence`, however long it takes and however often it is looked at. From 0.5 to 0.999999.
   * @default 0.99
   */
  confidence?: number;
  /**
   * How many requests the new version must have served in a stage before the stage can pass. A stage at 0 % has no
   * traffic of its own and needs none. A whole number, 0 or more.
   * @default 50
   */
  minRequests?: number;
  /**
   * What happens at the end of a soak that proves nothing: fewer than `minRequests` requests, or a measured share over
   * the limit without enough evidence of a violation.
   *
   * - `"extend"`: soak at most once more; then abort if it is still so.
   * - `"progress"`: go on.
   * - `"abort"`: revert.
   * @default "extend"
   */
  whenUnsure?: "extend" | "progress" | "abort";
  /**
   * How long the release may go without an answer from the telemetry or from the deployments before it reverts.
   * At least `pollInterval`.
   * @default "2m"
   */
  maxBlindTime?: Duration;
  /**
   * How long a stage with manual progression waits for an approval before the release reverts. From `"1s"` to `"30d"`.
   * @default "24h"
   */
  approvalTimeout?: Duration;
  /**
   * What happens to traffic when `pulumi up` is interrupted: `"revert"` puts it back to the old version, `"hold"` leaves
   * the split as it is; the next `pulumi up` goes on from there.
   * @default "revert"
   */
  onInterrupt?: "revert" | "hold";
}

/** One step of a release: a share of the traffic for the new version, and how long it soaks there. */
export interface Stage {
  /** The new version's share of the traffic, from 0 to 100. */
  percent: number;
  /** How long the stage lasts before it can pass, from `"1s"` to `"30d"`, not shorter than `pollInterval`. */
  soakTime: Duration;
  /**
   * `"automatic"`: a healthy soak is enough to go on. `"manual"`: somebody must approve as well, with
   * `workers-release approve` or by deploying the next stage's split. The last stage is always automatic.
   * @default "automatic"
   */
  progression?: "automatic" | "manual";
}

/** A service level objective: an SLI and the bound it must keep. */
export type Slo = ErrorSlo | LatencySlo;

/** An objective on the share of failed requests. */
export interface ErrorSlo {
  /**
   * What messages and reports call it; unique within the plan.
   * @default the SLI's name
   */
  name?: string;
  /**
   * - `"serverErrors"`: a response status of 500 or above, or an invocation that did not end well;
   * - `"exceptions"`: an invocation that did not end well: an uncaught exception, or a limit of CPU or memory exceeded.
   */
  sli: "serverErrors" | "exceptions";
  /** The largest share of bad requests that is still fine, from 0 (none at all) to below 1 (0.01 is 1 %). */
  max: number;
}

/** An objective on how long requests take: `percentile: 99, limit: "500ms"` allows 1 % to be slower than 500 ms. */
export interface LatencySlo {
  /**
   * What messages and reports call it; unique within the plan.
   * @default percentile and SLI, as in `"p99 wallTime"`
   */
  name?: string;
  /**
   * - `"wallTime"`: from the start of an invocation to its end;
   * - `"cpuTime"`: the CPU time an invocation used.
   */
  sli: "wallTime" | "cpuTime";
  /** Which percentile the limit holds for, above 0 and below 100. */
  percentile: number;
  /** The longest the percentile may be, from `"1ms"`. */
  limit: Duration;
}
