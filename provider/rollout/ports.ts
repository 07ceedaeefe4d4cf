import type { ProbeResult } from "../health/probes";
import type { Series, Served } from "../health/series";
import type { Sli } from "../health/sli";
import type { PlanGate, PlanProbe } from "../plan/plan";
import { harmless } from "../shown";
import type { ReleaseRecord } from "./record/record";

/** One version's part of the traffic. */
export interface VersionShare {
  readonly versionId: string;
  /** From 0 to 100. */
  readonly percent: number;
}

/** Which versions serve, and how much each: one or two of them, adding up to 100. */
export type Split = readonly VersionShare[];

/** A deployment as Cloudflare keeps it: a split, and what was said about it. */
export interface Deployment {
  readonly id: string;
  /** Milliseconds since the epoch, by Cloudflare's clock. */
  readonly createdAt: number;
  /** The same moment in the words of the API, to the last digit: only who can read the account knows them. */
  readonly createdOn: string;
  readonly split: Split;
  /**
   * What it says of the release it belongs to. Undefined when it belongs to none, and when what it says is not proven
   * to come from a release of this account or is not what its split shows.
   */
  readonly record: ReleaseRecord | undefined;
  /** True when it looks like a release's and is not proven to be one: to be shown, and never acted on. */
  readonly isUnproven: boolean;
  /** What it says to people, empty when it says nothing. Anybody may have written it. */
  readonly message: string;
  /** Who made it and with what, for a person to read: `jo@example.com with wrangler`. */
  readonly author: string;
  /** True when an upload made it, not somebody who chose a split. */
  readonly byUpload: boolean;
}

/**
 * True when a reading contradicts what is known: it shows an older deployment, or none. Cloudflare's reads lag behind
 * its writes, and an active deployment cannot be deleted, so such an answer says nothing about now.
 */
export function isStale(known: Deployment | undefined, read: Deployment | undefined): boolean {
  return known !== undefined && (read === undefined || read.createdAt < known.createdAt);
}

/** What is wrong with an answer that is stale. */
export const staleDeployments =
  "Cloudflare's list of deployments does not show the last one that is known; it may lag behind.";

/**
 * How urgent a request is among all of one token, the most urgent first: what puts traffic back, other writes with the
 * readings they need, telemetry, looks at the deployments, and what is asked before anything moves.
 */
export type Urgency = "revert" | "write" | "telemetry" | "look" | "start";

/**
 * The first port: the deployments of one Worker. Each method throws a {@link PortError}; none retries by itself,
 * since whether a lost write may be repeated is a decision of the rollout.
 */
export interface Deployments {
  /** The deployment that serves now; undefined for a Worker that never had one. */
  active(urgency?: Urgency): Promise<Deployment | undefined>;
  /** Makes `split` the active deployment. `message` is at most 1000 bytes; before a record it is cut to what fits. */
  create(split: Split, message: string, options?: CreateOptions): Promise<Deployment>;
  /** The versions that can be deployed now, newest first: those uploaded last, 100 at Cloudflare. */
  deployable(urgency?: Urgency): Promise<readonly string[]>;
}

/** What was deployed before. Throws {@link PortError}s. */
export interface PastDeployments {
  /**
   * The newest deployments, newest first: ten at Cloudflare. The first is the active one, as {@link Deployments.active}
   * reads it. The oldest proves no record, since what was deployed before it is not listed.
   */
  recent(urgency?: Urgency): Promise<readonly Deployment[]>;
  /**
   * A deployment that a proven record names: what it says of its release was proven to the writer of that record, and is
   * taken as it stands. Undefined when there is none of this id.
   */
  named(deploymentId: string): Promise<Deployment | undefined>;
}

/** What a new deployment is beside its split and its message. */
export interface CreateOptions {
  /** Cloudflare also takes a split it would refuse because a secret has changed: a revert must not fail on that. */
  readonly force?: boolean;
  /** What it says of its release. */
  readonly record?: ReleaseRecord;
  /**
   * The active deployment as it was last read, undefined if there was none: to have read it proves that the record is
   * written by somebody who can read the account.
   */
  readonly over?: Deployment | undefined;
  /** Default: `write`. */
  readonly urgency?: Urgency;
}

/** What the versions of one Worker are made of. Throws {@link PortError}s. */
export interface Contents {
  /** Whether the Worker has this version. One that was just uploaded may not be found for some seconds. */
  exists(versionId: string): Promise<boolean>;
  /** Whether two versions have the same content as far as Cloudflare tells it: values of secrets it does not. */
  areSame(versionId: string, otherVersionId: string): Promise<boolean>;
  /** Whether the Worker has something beside that which Cloudflare does not tell: static assets. */
  hasUntold(): Promise<boolean>;
  /** Whether a version has secrets among its bindings, whose values Cloudflare does not tell. */
  hasSecrets(versionId: string): Promise<boolean>;
  /** Whether two versions differ in their Durable Object migrations: no stage can lead from one to the other. */
  differInMigrations(versionId: string, otherVersionId: string): Promise<boolean>;
}

/** What to read from the telemetry: buckets of `bucketMs` from `from` until `to`, in epoch milliseconds. */
export interface SeriesQuery {
  readonly slis: readonly Sli[];
  readonly newVersionId: string;
  /** Undefined when the Worker had no version before: then every bucket's `old` is empty. */
  readonly oldVersionId: string | undefined;
  readonly from: number;
  /** After `from` by a whole number of `bucketMs`. */
  readonly to: number;
  readonly bucketMs: number;
}

/** The second port: what Workers Observability has counted for one Worker. Throws a {@link PortError}. */
export interface Telemetry {
  /** One series per SLI, in the order asked. Buckets in which neither version served may be missing. */
  read(query: SeriesQuery): Promise<readonly Series[]>;
  /** Tells, before anything is moved, whether a release with these SLIs would see what it has to judge. */
  readiness(slis: readonly Sli[], urgency?: Urgency): Promise<Readiness>;
}

/** How often a release looks. */
export interface LookPace {
  /** Between two looks at the telemetry, in milliseconds. */
  readonly everyMs: number;
  /** Between two readings of the deployments that no write needs, in milliseconds. */
  readonly deploymentsEveryMs: number;
}

/**
 * When a release may look, in view of all others that ask the service with the same token. A release by itself looks as
 * often as its plan says.
 */
export interface Pace {
  /** How often there is a look, for a plan with this `pollInterval`. */
  readonly interval: (pollIntervalMs: number) => LookPace;
  /** How long until the next look, in milliseconds. */
  readonly untilNextMs: (pollIntervalMs: number) => number;
  /**
   * Whether to read now what was read `ageMs` ago and is wanted every `intervalMs`: not before then, unless something
   * speaks for it, and not when others are first.
   */
  readonly grants: (ageMs: number, intervalMs: number) => boolean;
}

/** A release that shares its requests with nobody. */
export const alone: Pace = {
  interval: (pollIntervalMs) => ({ everyMs: pollIntervalMs, deploymentsEveryMs: pollIntervalMs }),
  untilNextMs: (pollIntervalMs) => pollIntervalMs,
  grants: (ageMs, intervalMs) => ageMs >= intervalMs,
};

/** What is known before a release of what it will see. */
export interface Readiness {
  /** Why it would be blind, and what to do; undefined when it would see. */
  readonly blindBecause: string | undefined;
  /** What a person should know, though it is no reason not to start. */
  readonly warnings: readonly string[];
}

/** A span of time, in milliseconds since the epoch, from whole second to whole second. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** What to ask a witness. */
export interface WitnessQuery {
  readonly newVersionId: string;
  /** Undefined when the Worker had no version before: then `old` is empty. */
  readonly oldVersionId: string | undefined;
  readonly spans: readonly TimeSpan[];
}

/**
 * Another source beside the telemetry, asked where that is suspiciously quiet: what Cloudflare's metrics have counted for
 * one Worker. They count an invocation whether or not it is recorded. They know how it ended, but neither its response
 * status nor how long it took nor what caused it, so they judge no SLO; and they are a minute or two late.
 */
export interface Witness {
  /**
   * What each version served in each span, in the order asked: all invocations, and as bad those that did not end well.
   * Throws a {@link PortError}.
   */
  count(query: WitnessQuery): Promise<readonly Served[]>;
}

/** Bad events that have the same about them. */
export interface FailureGroup {
  /**
   * What happened: an exception with its message, a status or an outcome. Empty where the SLO itself says it, as of
   * requests that took too long.
   */
  readonly what: string;
  /** What was asked for, `GET /orders/…`; empty where it is not known. Nothing in it is personal, as far as can be told. */
  readonly request: string;
  /** How many bad events of the new version. */
  readonly new: number;
  /** How many of the old version in the same time. */
  readonly old: number;
  /** How many requests like that each version has served, bad or not; undefined where it was not counted. */
  readonly of?: {
    /** By the new version. */
    readonly new: number;
    /** By the old version. */
    readonly old: number;
  };
  /** Ids of requests of the new version, by which the logs are found: two at most. */
  readonly requestIds: readonly string[];
  /** Where an exception came from, the innermost frame first: three frames at most. */
  readonly stack?: readonly string[];
}

/** What failures are asked for. */
export interface FailuresQuery {
  /** By what events are bad. */
  readonly sli: Sli | { readonly kind: "probes" };
  readonly newVersionId: string;
  /** Undefined when the Worker had no version before. */
  readonly oldVersionId: string | undefined;
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** What was found of failures. */
export interface FoundFailures {
  readonly groups: readonly FailureGroup[];
  /** By what the logs show them, as filters of Workers Logs; empty where they are in no log. */
  readonly filters: string;
  /** Where Cloudflare's dashboard shows them; undefined where there is none, as on a local edge. */
  readonly url: string | undefined;
}

/** What the bad events of a Worker's versions were, for a person who has to mend them. Nothing is decided by it. */
export interface Failures {
  /** Throws a {@link PortError}. */
  find(query: FailuresQuery): Promise<FoundFailures>;
}

/** Requests that the release itself sends to the new version, so that it is tried before any user meets it. */
export interface Probes {
  /**
   * Sends the probes that are due, without waiting for them, and tells what came of those sent before. To be called at
   * every look. Never throws.
   *
   * @param since what was sent before is of no interest any more, in milliseconds since the epoch
   */
  observe(versionId: string, probes: readonly PlanProbe[], since: number): Promise<ProbeReport>;
}

/** What came of the probes of interest. */
export interface ProbeReport {
  /** Those which the new version has answered, and those which nobody has. */
  readonly results: readonly ProbeResult[];
  /** Why others do not count: another version has answered, or nobody knows which. */
  readonly troubles: readonly string[];
}

/** What a gate is asked. */
export interface GateQuestion {
  readonly gate: PlanGate;
  readonly releaseId: string;
  readonly scriptName: string;
  /** The stage to be entered, counted from 0. */
  readonly stage: number;
  readonly stages: number;
  /** The new version's share in it, from 0 to 100. */
  readonly percent: number;
  readonly newVersionId: string;
  readonly oldVersionId: string | undefined;
  /** When the release began, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * What is known of a gate:
 * - `asked`: it has not answered yet;
 * - `open`: the stage may be entered;
 * - `later`: it wants to be asked again;
 * - `closed`: it holds the stage;
 * - `failing`: it cannot say.
 *
 * `text` says what it has answered and holds no secret; empty before it has.
 */
export interface GateAnswer {
  readonly kind: "asked" | "open" | "later" | "closed" | "failing";
  readonly text: string;
}

/** The gates of a plan. */
export interface Gates {
  /**
   * Tells what is known of a gate. Asks it where that is due, without waiting for the answer. That it is open is told once:
   * who does not go on then asks anew. Never throws.
   */
  ask(question: GateQuestion): GateAnswer;
}

/** Time, so that tests can make days pass in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where a release tells what it does. */
export interface Progress {
  /** What is so at this moment; each call replaces the last. */
  status(line: string): void;
  /** Something that happened and should stay readable. */
  event(line: string): void;
}

/**
 * What a release tells others about itself: that its first split is deployed, that a later stage has begun, that it waits
 * for a person, or how it has ended.
 */
export type NoticeKind =
  | "started"
  | "stage"
  | "waiting"
  | "completed"
  | "aborted"
  | "inconclusive"
  | "interrupted"
  | "superseded"
  | "revertFailed";

/** Something that has happened to a release, for others to hear of. Plain data. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly releaseId: string;
  readonly scriptName: string;
  readonly newVersionId: string;
  /** Undefined for the first version of a Worker, and where it is not known. */
  readonly oldVersionId: string | undefined;
  /** Where the release is, the stage counted from 1; undefined once it has ended. */
  readonly place: { readonly stage: number; readonly stages: number; readonly percent: number } | undefined;
  /** What happened and what to do, in sentences. */
  readonly text: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** Whom a release tells what happens to it, when it has happened. */
export interface Notices {
  /** Returns at once and never throws: no release waits for who is told. */
  tell(notice: Notice): void;
}

/**
 * How a call to the dependencies failed:
 * - `refused`: it was understood and declined (a 4xx): nothing was changed, and asking again will not help;
 * - `missing`: the Worker or the version does not exist;
 * - `unavailable`: no answer, a server error or a rate limit: a write may or may not have happened.
 */
export type Failure = "refused" | "missing" | "unavailable";

/** What a port throws. `message` says what was asked, what was answered and what to do; it holds no secret. */
export class PortError extends Error {
  override readonly name = "PortError";
  constructor(
    readonly failure: Failure,
    message: string,
    /** For `unavailable`: how long the service asked to be left alone, in milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(harmless(message));
  }
}

/** What is taken where a port gives no answer. Any other failure is a fault of ours, and stays thrown. */
export function unlessFault<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof PortError) return instead;
    throw error;
  };
}
