/**
 * A span of time: a number and a unit (`ms`, `s`, `m`, `h`, `d`), or several of them: `"500ms"`, `"10m"`, `"1h30m"`.
 */
export type Duration = string;

/** A percentage, as a person writes it: `"25%"`, `"0.1%"`. */
export type Percentage = `${number}%`;

/** What a release does and what it watches. The same plan can serve every release of a Worker. */
export interface ReleasePlan {
  /**
   * The objectives. A violation of any of them, at any moment of the release, reverts all traffic to the old version.
   * At least one.
   */
  slos: Slo[];
  /**
   * Whether an SLO on canceled requests is added to a plan that states none: a version that hangs answers nothing that
   * could be bad, until its clients give up. It is `{ sli: "canceled", maxIncrease: 2 }`, judged at a tenth of the level
   * of a stated bound.
   * @default true
   */
  defaultSlos?: boolean;
  /** The stages, in order. Percentages rise from stage to stage and end at 100. At least one. */
  stages: Stage[];
  /**
   * Requests that the release sends to the new version by itself, with the version override header, so that a stage at
   * 0 % tests it before any user meets it. They count for an SLO with `sli: "probes"`, which there must be then.
   * @default none
   */
  probes?: Probe[];
  /**
   * How often the telemetry and the active deployment are read. Also the width of a telemetry bucket. Whole seconds,
   * from `"1s"` to `"5m"`. Where many releases share one API token, looks are rarer, a whole number of these apart; the
   * status line then says how often they really are.
   * @default "10s"
   */
  pollInterval?: Duration;
  /**
   * How sure a verdict must be: a version that meets all its objectives is found to violate any of them with a
   * probability of at most `1 - confidence` in the whole release, however long it takes and however often it is looked
   * at. Requests are taken to fail independently of each other, or with as much correlation as the old version's had in
   * the hour before the release. From 0.5 to 0.999999; `"99%"` is 0.99.
   * @default 0.99
   */
  confidence?: number | Percentage;
  /**
   * How many requests the new version must have served in a stage before the stage can pass. A stage at 0 % has no
   * traffic of its own and needs none. A whole number, 0 or more.
   * @default 50
   */
  minRequests?: number;
  /**
   * What happens at the end of a soak that proves nothing: fewer than `minRequests` requests, or a measured share so far
   * over the limit that chance gives it to a version just at its limit in less than 1 of 20 soaks, but without enough
   * evidence of a violation.
   *
   * - `"extend"`: soak at most once more; then revert if it is still so.
   * - `"ask"`: wait for a person, as a manual stage does; after the last stage the approval completes the release. What is
   *   served meanwhile is judged as before.
   * - `"progress"`: go on.
   * - `"abort"`: revert.
   * @default "extend"
   */
  whenUnsure?: "extend" | "ask" | "progress" | "abort";
  /**
   * How long the release may go without an answer from the telemetry or from the deployments before it reverts. At
   * least three times `pollInterval`, at most `"24h"`, and never less than three times the interval in which the release
   * really looks. A wait that Cloudflare orders (a rate limit) is not counted, up to 10 minutes of it, nor the time in
   * which other releases with the same token came first.
   * @default "6m", or three times `pollInterval` where that is longer
   */
  maxBlindTime?: Duration;
  /**
   * For how long after each change of the split requests are recorded and not judged. A deployment takes up to half a
   * minute to be known everywhere, new versions start cold, and Durable Objects that change their version fail the calls
   * on their way. From `"0s"` to `"10m"`; whole buckets of `pollInterval`. It is a part of the soak.
   *
   * A version that fails from its first request on is found later by as much: with `"0s"` it is not.
   * @default "30s"
   */
  warmUp?: Duration;
  /**
   * How long after a request its telemetry may still arrive. A stage passes this long after its soak, when the soak's
   * last requests are judged too; at 0 % there are none to wait for. A violation is never waited for. From `"0s"` to
   * `"10m"`. Users of the live API report 10 to 60 seconds.
   * @default "60s"
   */
  settleTime?: Duration;
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
  /**
   * A version that had all traffic within so many releases goes to 100 % at once, and is watched for the last stage's
   * soak: a `git revert` takes no 41 minutes while users suffer. The same content counts as the version itself, as far as
   * Cloudflare tells it: code, bindings and runtime settings, not the values of secrets; where the Worker has static
   * assets, which are not told either, only the version itself counts. It is looked for in the deployments that Cloudflare
   * lists, the ten newest. A version that was aborted, or left by such a way back, goes through the stages.
   *
   * The version that was left gets the traffic back only where an SLO is violated that it kept much better in the hour
   * before: with at most half of the bad share. In every other case the release ends, as `inconclusive`, and the traffic
   * stays. A whole number from 0, which switches it off, to 9.
   * @default 5
   */
  rollbackWindow?: number;
  /**
   * When no traffic moves to a new version: nights, weekends, the days of a sale. In a freeze no release starts, and one
   * that is under way stays in its stage until the freeze ends; the status line says when. It is judged as always, and a
   * revert is never held up. Nor is a way back (`rollbackWindow`). At least some time must be free, and with what the freezes may hold up a release must not
   * take longer than 59 days.
   * @default none
   */
  freeze?: Freeze[];
}

/**
 * A time in which no traffic moves to a new version. Give `cron` and `duration`, or `from` and `to`.
 *
 * @example
 * ```ts
 * freeze: [
 *   { from: "18:00", to: "08:00", timeZone: "Europe/Berlin" }, // nights
 *   { cron: "0 18 * * fri", duration: "62h", timeZone: "Europe/Berlin" }, // weekends
 *   { from: "2026-11-26", to: "2026-11-30", timeZone: "America/New_York" }, // both days included
 * ]
 * ```
 */
export interface Freeze {
  /** When it begins, again and again: a cron expression of five fields (minute, hour, day, month, weekday). */
  cron?: string;
  /** How long it lasts from each of these times on, from `"1m"` to `"31d"`. */
  duration?: Duration;
  /**
   * When it begins: a time of day, `"18:00"`, for a freeze on every day; or a date, `"2026-11-26"` or
   * `"2026-11-26 18:00"`, for one that comes once.
   */
  from?: string;
  /**
   * When it ends, likewise. A time of day that is not after `from` is one of the next day. A date without a time is a
   * whole day: the freeze ends with it.
   */
  to?: string;
  /**
   * Which clocks show these times: a time zone of the IANA database, such as `"Europe/Berlin"`.
   * @default "UTC"
   */
  timeZone?: string;
}

/** One step of a release: a share of the traffic for the new version, and how long it soaks there. */
export interface Stage {
  /** The new version's share of the traffic, from 0 to 100, with at most two decimals. `"25%"` is 25. */
  percent: number | Percentage;
  /**
   * How long the stage lasts before it can pass, from `"1s"` to `"30d"`. Not shorter than `pollInterval`, and above 0 %
   * not shorter than `warmUp` and `pollInterval` together.
   */
  soakTime: Duration;
  /**
   * `"automatic"`: a healthy soak is enough to go on. `"manual"`: somebody must approve as well, with
   * `workers-release approve` or by deploying the next stage's split. The last stage is always automatic.
   * @default "automatic"
   */
  progression?: "automatic" | "manual";
  /**
   * An address that is asked before the stage is entered, after the soak of the stage before; for the first stage, before
   * anything is moved.
   * @default nobody is asked
   */
  gate?: Gate;
}

/**
 * An address that says whether a release may enter a stage. It gets a `POST` with
 * `{ release, script, stage, stages, percent, versions: { old, new }, startedAt }` as JSON; `stage` counts from 1. It
 * answers by its status, within 10 seconds:
 *
 * - 2xx: go on; but 202: ask again in 30 seconds, or as `retry-after` says;
 * - 4xx: the stage is held. It is asked again every minute, and a person may approve instead. Before the first stage the
 *   release does not start;
 * - 5xx, or no answer: ask again, less and less often.
 *
 * The release waits as long as `approvalTimeout` says, and is judged meanwhile. A redirect is not followed. A person who
 * approves goes before the gate, and a way back (`rollbackWindow`) and a revert ask none.
 */
export interface Gate {
  /**
   * Where to ask, with `https://`, or `http://`, which others on the way can read. It may be a Pulumi secret: messages show
   * its origin only.
   */
  url: string;
  /** Headers to send along, such as `authorization`. No message shows them. */
  headers?: Record<string, string>;
}

/** A service level objective: an SLI and the bounds it must keep. */
export type Slo = ErrorSlo | CanceledSlo | LatencySlo | SlowerSlo | StatusSlo | CustomSlo | ProbeSlo;

/** What every SLO has. */
export interface SloSettings {
  /**
   * What messages and reports call it; unique within the plan, 1 to 60 characters.
   * @default what is measured, as in `"serverErrors"` or `"p99 wallTime"`
   */
  name?: string;
  /**
   * True: it is judged, shown and recorded, and never holds or aborts a release. At least one SLO of a plan must be
   * able to.
   * @default false
   */
  observeOnly?: boolean;
  /**
   * How many times the old version's bad share in the same minutes is still fine, from 1 (no worse) to 1000. What hits
   * both versions alike does not count against the new one. It says nothing while only one version serves, in the last
   * soak at 100 % for instance: give a `max` as well if that matters.
   */
  maxIncrease?: number;
}

/** Bounds on the share of bad events: `max`, `maxIncrease` or both. */
export interface ShareSettings extends SloSettings {
  /** The largest share of bad events that is still fine, from 0 (none at all) to below 1: 0.01, or `"1%"`. */
  max?: number | Percentage;
}

/**
 * What a Worker is invoked for, in the words of Cloudflare's telemetry (`$workers.eventType`): `"fetch"` is a request of a
 * visitor, without calls of Durable Objects and of named entrypoints; `"scheduled"` is a cron. `"durableObject"` is
 * whatever Durable Objects do: calls of them, alarms, messages of their sockets.
 */
export type EventType =
  | "fetch"
  | "queue"
  | "scheduled"
  | "email"
  | "tail"
  | "jsrpc"
  | "alarm"
  | "hibernatableWebSocket"
  | "durableObject";

/** What every SLO has that is about invocations. */
export interface EventSettings {
  /**
   * Which invocations count. Each type is an objective of its own, named `"<name> on <type>"` where there are several,
   * and its bounds hold for it alone: in one pool a thousand queue events would hide ten failed requests. `minRequests`
   * is about requests: other types need so many events only in a plan that judges no requests.
   * @default ["fetch"]
   */
  on?: EventType[];
}

/** An objective on the share of failed requests, or other events. */
export interface ErrorSlo extends ShareSettings, EventSettings {
  /**
   * - `"serverErrors"`: a response status of 500 or above, or an invocation that did not end well;
   * - `"exceptions"`: an invocation that did not end well: an uncaught exception, or a limit of CPU or memory exceeded.
   */
  sli: "serverErrors" | "exceptions";
}

/** An objective on the share of requests whose client went away before it had the whole answer. */
export interface CanceledSlo extends ShareSettings {
  /**
   * With `maxIncrease`, 2 % more than that are fine as well, since an old version without any would allow none; and where
   * the old version serves nothing, half of what was not canceled in the hour before the release.
   */
  sli: "canceled";
}

/** An objective on the share of requests answered with certain statuses. */
export interface StatusSlo extends ShareSettings {
  /** Which answers are bad. */
  sli: {
    /** A status from 100 to 599, a class of them from `"1xx"` to `"5xx"`, or a list of both: `["5xx", 429]`. */
    status: ResponseStatus | ResponseStatus[];
  };
}

/** A response status, or a class of them. */
export type ResponseStatus = number | "1xx" | "2xx" | "3xx" | "4xx" | "5xx";

/** An objective on how long requests take: `percentile: 99, limit: "500ms"` allows 1 % to be slower than 500 ms. */
export interface LatencySlo extends SloSettings, EventSettings {
  /**
   * - `"wallTime"`: from the start of an invocation to its end;
   * - `"cpuTime"`: the CPU time an invocation used.
   */
  sli: "wallTime" | "cpuTime";
  /** Which percentile the limit holds for, above 0 and below 100. May be left out where there is a `maxIncrease`. */
  percentile?: number;
  /** What is slow: longer than this, from `"1ms"`. */
  limit: Duration;
}

/**
 * An objective on how long all requests take: `slower: "20%"` allows each of the new version's quantiles to be 20 % longer
 * than the old version's in the same minutes. A version that is slower and keeps every limit is found by it, and what
 * slows down both versions does not count. It says nothing while only one version serves, in the last soak at 100 % for
 * instance. It is judged two minutes late: slow requests show later than fast ones.
 */
export interface SlowerSlo extends Pick<SloSettings, "name" | "observeOnly"> {
  /** What is compared; see {@link LatencySlo.sli}. */
  sli: "wallTime" | "cpuTime";
  /**
   * How much longer requests may take than the old version's, from `"0%"` to `"1000%"`. `"20%"` is a good start: with
   * `"0%"`, a load that is never the same on two versions is found slower in a few of 100 releases.
   */
  slower: string;
}

/** An objective on whatever telemetry has, the fields of the Worker's own logs included. */
export interface CustomSlo extends ShareSettings, EventSettings {
  /** An SLI with filters needs a name of its own. */
  name: string;
  /** Which rows of telemetry count, and which of those are bad. */
  sli: {
    /**
     * Which events count: rows of telemetry that pass all of these filters. Fields that the Worker logs are in the rows
     * of its log lines.
     * @default every request of a visitor, or what `on` says
     */
    valid?: TelemetryFilter[];
    /** Which of those are bad: the ones that pass all of these filters as well. At least one. */
    bad: TelemetryFilter[];
  };
}

/**
 * An objective on the plan's probes. Only probes that are known to have been answered by the new version count, and
 * those that were not answered at all; a stage needs at least one of them to pass.
 */
export interface ProbeSlo extends Omit<ShareSettings, "maxIncrease"> {
  /** What is measured: the probes that the plan itself sends. */
  sli: "probes";
  /** The largest share of bad probes that is still fine, from 0 (none at all) to below 1: 0.1, or `"10%"`. */
  max: number | Percentage;
}

/** A request that is sent again and again while the release is under way. Give `url` or `path`. */
export interface Probe {
  /** Where to send it, with `https://` or `http://`: any address that the Worker answers at. */
  url?: string;
  /** A path on the Worker's own workers.dev address, beginning with `/`. Its subdomain must be enabled. */
  path?: string;
  /**
   * How often, from the plan's `pollInterval` to `"1h"`.
   * @default the plan's `pollInterval`
   */
  every?: Duration;
  /**
   * The statuses of a good answer. A redirect is not followed.
   * @default "2xx"
   */
  expectStatus?: ResponseStatus | ResponseStatus[];
  /**
   * How long an answer may take, from `"100ms"` to `"1m"`.
   * @default "10s"
   */
  timeout?: Duration;
  /**
   * A header in which the Worker tells the id of its version, from its version metadata binding. Without it, which
   * version has answered is looked up in the telemetry by the answer's `cf-ray`.
   */
  versionHeader?: string;
}

/** A filter of Workers Observability. */
export interface TelemetryFilter {
  /** A field: Cloudflare's own, such as `"$workers.outcome"`, or one of the Worker's logs. */
  key: string;
  /** How the field is compared with `value`; `includes` and its like are about texts. */
  operation:
    | "eq"
    | "neq"
    | "gt"
    | "gte"
    | "lt"
    | "lte"
    | "includes"
    | "not_includes"
    | "starts_with"
    | "ends_with"
    | "regex"
    | "exists"
    | "is_null"
    | "in"
    | "not_in";
  /** What to compare with; for `in` and `not_in` a text with commas. Not for `exists` and `is_null`. */
  value?: string | number | boolean;
}
