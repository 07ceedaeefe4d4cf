import type { Verdict } from "../health/judge";
import type { Counts, Served } from "../health/series";
import type { Objective } from "../plan/plan";

/** Why a release reverts. */
export type Cause =
  /** An SLO is violated. */
  | { readonly kind: "violated"; readonly slo: Objective; readonly verdict: Verdict }
  /** A soak ended without proof and the plan does not go on like that. */
  | { readonly kind: "unsure"; readonly slo: Objective; readonly served: Served; readonly extended: boolean }
  /** A soak ended with too few requests and the plan does not go on like that. */
  | {
      readonly kind: "insufficient";
      readonly slo: Objective;
      readonly counts: Counts;
      readonly extended: boolean;
    }
  /** Nobody approved the next stage in time. */
  | { readonly kind: "notApproved" }
  /** The telemetry or the deployments have not answered for too long. */
  | {
      readonly kind: "blind";
      readonly what: "telemetry" | "deployments";
      readonly forMs: number;
      readonly trouble: string;
    }
  /** Cloudflare does not take the next split. */
  | { readonly kind: "failure"; readonly trouble: string }
  /** Somebody stopped `pulumi up`. */
  | { readonly kind: "interrupted" }
  /** An interrupted release was left at a percentage, and another version is to be released. */
  | { readonly kind: "leftOver"; readonly percent: number }
  /** This package has a fault of its own. */
  | { readonly kind: "fault"; readonly fault: string }
  /** An earlier run could not put the traffic back. */
  | { readonly kind: "unfinished"; readonly finding: string };
