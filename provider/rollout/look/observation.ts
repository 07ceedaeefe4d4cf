import type { Baseline } from "../../health/past";
import type { Series } from "../../health/series";
import { alone, type Deployment, type GateAnswer, type LookPace } from "../ports";
import type { Release } from "../release";
import type { Reach } from "./cutOff";
import { answered, type Source } from "./source";
import type { Tally } from "./tally";
import type { Testimony } from "./testimony";

/** What a release has read up to now. It judges nothing. */
export interface Observation {
  /** The active deployment when it was last read. */
  readonly active: Deployment | undefined;
  readonly deployments: Source;
  readonly telemetry: Source;
  /** The metrics, which are asked only where the telemetry shows a gap. */
  readonly metrics: Source;
  /** What is known of that gap; undefined where there is none, or nothing is known yet. */
  readonly testimony: Testimony | undefined;
  /** What was served since the release began, or since `settledUntil`: one series per SLO, in the plan's order. */
  readonly series: readonly Series[];
  /** What was served before that: one tally per SLO; undefined as long as all buckets are kept. */
  readonly settled: readonly Tally[] | undefined;
  /** In milliseconds since the epoch. */
  readonly settledUntil: number;
  /** What the old version's hour before the release has shown, for each SLO; undefined until that is known. */
  readonly baselines: readonly Baseline[] | undefined;
  /** Whether it is known that the telemetry shows what has to be judged. */
  readonly isReady: boolean;
  /**
   * Up to when the series are known: not at all before the first answer, even where the release is older, and not while
   * the telemetry is suspiciously quiet.
   */
  readonly seenUntil: number;
  /** When a look last showed requests that none had shown before; before the first look, when the watching began. */
  readonly arrivedAt: number;
  readonly reach: Reach;
  /** How many requests of both versions came in a millisecond at that time. */
  readonly arrivalsPerMs: number;
  /** After how many more uploads the old version can no longer be deployed; undefined where that is not known. */
  readonly uploadsLeft: number | undefined;
  /** When that was asked last. */
  readonly uploadsAt: number;
  /** True as long as nothing was read but what the begin of the release has read. */
  readonly isAsBegun: boolean;
  /** True when somebody else has deployed since the deployments were read. */
  readonly isOvertaken: boolean;
  /** How often there was to be a look when the last one was made. */
  readonly pace: LookPace;
  /** What is known of the gate of a stage that is to be entered; undefined before it was asked. */
  readonly gate?: GateSeen | undefined;
  /** What the last look ran into; empty when it saw everything. */
  readonly troubles: readonly string[];
}

/** What a gate has answered. */
export interface GateSeen extends GateAnswer {
  /** The stage behind it, counted from 0. */
  readonly stage: number;
}

/** The observation of a release that has not looked yet. */
export function nothingObserved(
  release: Release,
  active: Deployment | undefined,
  now: number,
  isReady: boolean,
): Observation {
  return {
    active,
    deployments: answered(now),
    telemetry: answered(now),
    metrics: answered(now),
    testimony: undefined,
    series: release.plan.slos.map((): Series => []),
    settled: undefined,
    settledUntil: bucketStart(release.startedAt, release.plan.pollIntervalMs),
    baselines: undefined,
    isReady,
    seenUntil: release.startedAt,
    arrivedAt: now,
    reach: { heardAt: now, cutOffs: [] },
    arrivalsPerMs: 0,
    uploadsLeft: undefined,
    uploadsAt: now,
    isAsBegun: true,
    isOvertaken: false,
    pace: alone.interval(release.plan.pollIntervalMs),
    troubles: [],
  };
}

/** Cloudflare's buckets begin at multiples of their length since the epoch. */
export function bucketStart(time: number, bucketMs: number): number {
  return Math.floor(time / bucketMs) * bucketMs;
}
