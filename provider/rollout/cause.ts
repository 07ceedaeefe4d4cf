import type { Verdict } from "../health/judgement";
import { badShare, noCounts, type Counts, type Served } from "../health/series";
import type { Objective } from "../plan/plan";
import type { WrongShare } from "./look/shareWatch";
import type { Testimony } from "./look/testimony";
import type { GateAnswer } from "./ports";
import type { Release } from "./release";

/** What the end of a soak leaves open. */
export type Doubt =
  /** An SLO is over a limit without proof. */
  | { readonly kind: "unsure"; readonly slo: Objective; readonly served: Served }
  /** Too few requests were served. */
  | {
      readonly kind: "insufficient";
      readonly slo: Objective;
      readonly counts: Counts;
      /** What is known of a gap in the telemetry at the end of the soak, where there is one. */
      readonly testimony?: Testimony;
    }
  /** The new version does not serve the share it was given. */
  | {
      readonly kind: "wrongShare";
      readonly slo: Objective;
      readonly share: WrongShare;
      readonly testimony?: Testimony;
    };

/** Why a release reverts. */
export type Cause =
  /** An SLO is violated. */
  | {
      readonly kind: "violated";
      readonly slo: Objective;
      readonly verdict: Verdict;
      /** On a way back: what the version that was left had served in the hour before. */
      readonly left?: Counts;
    }
  /** A soak ended with a doubt, perhaps after it was extended, and the plan does not go on like that. */
  | (Doubt & { readonly extended: boolean })
  /** Nobody approved the next stage in time. */
  | {
      readonly kind: "notApproved";
      /** What its gate has answered last, where it waited for that. */
      readonly gate?: GateAnswer;
    }
  /** The telemetry or the deployments have not answered for too long. */
  | {
      readonly kind: "blind";
      readonly what: "telemetry" | "deployments";
      readonly forMs: number;
      /** How long Cloudflare ordered to wait meanwhile, in milliseconds; not part of `forMs`. */
      readonly orderedMs: number;
      readonly trouble: string;
    }
  /** Cloudflare does not take the next split. */
  | { readonly kind: "stuck"; readonly trouble: string }
  /** Somebody stopped `pulumi up`. */
  | { readonly kind: "interrupted" }
  /** A split was left behind, and another version is to be released. */
  | { readonly kind: "leftOver"; readonly percent: number }
  /** This package has a fault of its own. */
  | { readonly kind: "fault"; readonly fault: string }
  /** An earlier run found the version bad and could not put the traffic back. */
  | { readonly kind: "unfinished"; readonly finding: string };

/**
 * Whether a cause is a verdict on the version. A version with a verdict against it is `aborted` and stays so until
 * `retry` changes; for any other cause the release is `inconclusive`, and the next `pulumi up` releases the version
 * again.
 */
const verdicts: Readonly<Record<Cause["kind"], boolean>> = {
  violated: true,
  unfinished: true,
  unsure: false,
  insufficient: false,
  wrongShare: false,
  notApproved: false,
  blind: false,
  stuck: false,
  interrupted: false,
  leftOver: false,
  fault: false,
};

/** What of a release tells where its traffic can go. */
type Ways = Pick<Release, "oldVersionId" | "isWayBack" | "plan">;

/**
 * Whether a release that ends for this cause puts the traffic back. The first version of a Worker has none to put it back
 * on. On a way back somebody has left the other version on purpose: it gets the traffic back only where that is known to
 * serve users better, by the plan's own objective.
 */
export function goesBack(cause: Cause, release: Ways): boolean {
  if (release.oldVersionId === undefined) return false;
  if (!release.isWayBack || cause.kind === "unfinished") return true;
  return cause.kind === "violated" && wasMuchBetter(cause, release);
}

/** So many times as bad as the version that was left must the one be that was gone back to. */
const muchWorse = 2;

function wasMuchBetter({ verdict, left = noCounts }: Cause & { kind: "violated" }, { plan }: Ways): boolean {
  const { trouble } = verdict;
  const isKnown = left.valid >= Math.max(1, plan.minRequests);
  return isKnown && trouble !== undefined && badShare(trouble.new) >= muchWorse * badShare(left);
}

/**
 * True when a release that reverts for this cause has found its version bad. One that keeps the traffic is told what is
 * wrong with it and never counts as aborted: it serves all the same, so nothing is gained by refusing it.
 */
export function isVerdict(cause: Cause, release: Ways): boolean {
  return verdicts[cause.kind] && goesBack(cause, release);
}
