import type { Verdict } from "../health/judgement";
import type { Counts, Served } from "../health/series";
import type { Objective } from "../plan/plan";
import type { WrongShare } from "./look/shareWatch";
import type { Testimony } from "./look/testimony";

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
  | { readonly kind: "violated"; readonly slo: Objective; readonly verdict: Verdict }
  /** A soak ended with a doubt, perhaps after it was extended, and the plan does not go on like that. */
  | (Doubt & { readonly extended: boolean })
  /** Nobody approved the next stage in time. */
  | { readonly kind: "notApproved" }
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

/**
 * True when a release that reverts for this cause has found its version bad. The first version of a Worker is told what is
 * wrong with it and never counts as aborted: it serves all the same, so nothing is gained by refusing it.
 */
export function isVerdict(
  { kind }: Cause,
  { oldVersionId }: { readonly oldVersionId: string | undefined },
): boolean {
  return verdicts[kind] && oldVersionId !== undefined;
}
