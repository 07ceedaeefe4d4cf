import { frozenUntil } from "../plan/freeze";
import type { Plan } from "../plan/plan";
import type {
  Clock,
  Contents,
  Deployment,
  Deployments,
  Failures,
  Gates,
  Notices,
  Pace,
  PastDeployments,
  Probes,
  Progress,
  Split,
  Telemetry,
  Witness,
} from "./ports";

/** What a person asks for: bring this version to all traffic by this plan. */
export interface ReleaseRequest {
  /** The identity of the release, if it turns out that one begins. */
  readonly releaseId: string;
  readonly scriptName: string;
  /** The new version. */
  readonly versionId: string;
  /** Another value allows an aborted version another release. */
  readonly retry: string;
  readonly plan: Plan;
  /**
   * What an earlier run found wrong with this very version, which it reverted or should have; undefined when none did.
   */
  readonly findingBefore: string | undefined;
  /**
   * Who drives the release, as a short digest. The same owner goes on with what an earlier run left; nobody else does.
   */
  readonly owner: string;
  /**
   * The id of the active deployment, if somebody else's split or release may be taken over; undefined if not.
   */
  readonly takeOver: string | undefined;
  /**
   * True where the same version was asked for last time, and released: somebody else has deployed since. It goes through
   * the stages then, though it served before.
   */
  readonly isSameAsLast?: boolean;
  /** The least share that the first stage has, from 0 to 100: those before it are skipped. Default: none is. */
  readonly startAt?: number | undefined;
}

/**
 * How far two versions are known to have the same content: in `all`, so that there is nothing to judge, and the traffic is
 * switched at once; or in what Cloudflare has `told`, while the new one has secrets or static assets, which it does not.
 */
export type SameContent = "all" | "told";

/** A release under way. */
export interface Release {
  readonly id: string;
  /** The run that drives it: its own id at first, another one after a resumption. */
  readonly run: string;
  readonly owner: string;
  readonly scriptName: string;
  readonly retry: string;
  readonly plan: Plan;
  readonly newVersionId: string;
  /** Undefined for the first version of a Worker: there is nothing to revert to. */
  readonly oldVersionId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When this run went on with what another one had left, in milliseconds since the epoch; undefined where it began the release. */
  readonly drivenSince?: number;
  /** The last deployment of the release before it; undefined where none was found. */
  readonly previous?: string;
  /** Set where the old version has the content of the new one: whatever is found is true of both. */
  readonly sameContent?: SameContent;
  /**
   * True where the new version served before and has got all traffic at once. The old one was left on purpose: it gets the
   * traffic back only where it is known to be much better.
   */
  readonly isWayBack?: true;
}

/** Everything dependencies that a release touches. */
export interface Dependencies {
  readonly deployments: Deployments;
  /** Default: nothing is known of the versions' content, and a version that is missing shows by the first write. */
  readonly contents?: Contents;
  /** Default: what was deployed before is not known, but for the active deployment. */
  readonly past?: PastDeployments;
  readonly telemetry: Telemetry;
  readonly witness: Witness;
  /** Default: an aborted release does not tell what failed. */
  readonly failures?: Failures;
  readonly probes: Probes;
  /** Default: a gate is never asked, and none opens. */
  readonly gates?: Gates;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Default: nobody is told. */
  readonly notices?: Notices;
  /** Aborted when a person or a machine wants the release to stop now. */
  readonly interruption: AbortSignal;
  /** A random number from 0 to below 1: retries of many releases must not come at the same moments. */
  readonly random: () => number;
  /** Default: the release shares its requests with nobody. */
  readonly pace?: Pace;
}

/** The split with `percent` of the traffic on the new version. The order never changes: old before new. */
export function splitAt(release: Pick<Release, "oldVersionId" | "newVersionId">, percent: number): Split {
  const fresh = { versionId: release.newVersionId, percent };
  if (release.oldVersionId === undefined) return [fresh];
  return [{ versionId: release.oldVersionId, percent: rounded(100 - percent) }, fresh];
}

/** A percentage has two decimals at most. */
function rounded(percent: number): number {
  return Math.round(percent * 100) / 100;
}

/** The split after a revert: all traffic on the old version, or where there is none, left on the new one. */
export function revertedSplit(release: Pick<Release, "oldVersionId" | "newVersionId">): Split {
  return [{ versionId: release.oldVersionId ?? release.newVersionId, percent: 100 }];
}

/** The split after a promotion: all traffic on the new version, and no other version named. */
export function promotedSplit({ newVersionId }: Pick<Release, "newVersionId">): Split {
  return [{ versionId: newVersionId, percent: 100 }];
}

/** The new version's share in a stage, counted from 0; 0 for a stage that the plan does not have. */
export function stagePercent({ plan }: Pick<Release, "plan">, stage: number): number {
  return plan.stages[stage]?.percent ?? 0;
}

/** How long after its soak a stage waits for telemetry, in milliseconds: not at all at 0 %, where nobody is served. */
export function settleMsIn({ plan }: Pick<Release, "plan">, stage: number): number {
  return stagePercent({ plan }, stage) === 0 ? 0 : plan.settleMs;
}

/** When a stage that began to soak at `since` has soaked, and the last telemetry of its soak has arrived. */
export function soakedAt(release: Pick<Release, "plan">, stage: number, since: number): number {
  return since + (release.plan.stages[stage]?.soakMs ?? 0) + settleMsIn(release, stage);
}

/**
 * Until when a freeze of the plan holds a release in a stage, in milliseconds since the epoch; undefined where none does,
 * and in the last stage, after which nobody gets more of the new version.
 */
export function heldUntil({ plan }: Pick<Release, "plan">, stage: number, now: number): number | undefined {
  return stage < plan.stages.length - 1 ? frozenUntil(plan.freezes, now) : undefined;
}

/** The share of the traffic that `versionId` has in a split, from 0 to 100. */
export function percentOf(split: Split, versionId: string): number {
  return split.find((share) => share.versionId === versionId)?.percent ?? 0;
}

/** Whether a deployment gives `versionId` all traffic. */
export function hasAllTraffic({ split }: Pick<Deployment, "split">, versionId: string): boolean {
  return samePercent(percentOf(split, versionId), 100);
}

/** Half of the smallest difference between two percentages: 35.900000000000006 is 35.9. */
const sameWithin = 0.005;

/** True when two percentages mean the same share. */
export function samePercent(a: number, b: number): boolean {
  return Math.abs(a - b) < sameWithin;
}

/** True when two splits send the same traffic to the same versions; a version at 0 % makes no difference. */
export function sameTraffic(a: Split, b: Split): boolean {
  return [...a, ...b].every(({ versionId }) => samePercent(percentOf(a, versionId), percentOf(b, versionId)));
}
