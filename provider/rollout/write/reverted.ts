import type { Confirmation } from "../look/confirm";
import type { DeploymentStatus } from "../deploymentStatus";
import type { Deployment } from "../ports";

/** How an attempt to put the traffic back ended. */
export type Reverted = Done | Instead | Failed;

export interface Done {
  readonly kind: "done";
  readonly deployment: Deployment;
  /** True when the deployments could not be read, and the split was written without a look at them. */
  readonly unread: boolean;
  readonly confirmation: Confirmation;
  /** What somebody else has deployed since; undefined when nobody has, as far as is known. */
  readonly after: Deployment | undefined;
}

export type Instead =
  /** Somebody else has deployed meanwhile; what they did stands. */
  | {
      readonly kind: "yielded";
      readonly status: DeploymentStatus;
      readonly active: Deployment | undefined;
      /** True when the traffic was or may have been back meanwhile: a write was overtaken, or its answer was lost. */
      readonly mayHaveWritten: boolean;
    }
  /** There was nothing to put back: the first split was never deployed. */
  | { readonly kind: "nothing" };

/** It could not be done in time. */
export interface Failed {
  readonly kind: "failed";
  /** The new version's share of the traffic. */
  readonly percent: number;
  /** What was deployed when that was last read. */
  readonly active: Deployment | undefined;
  readonly forMs: number;
  readonly trouble: string;
  /** True when Cloudflare can no longer deploy the old version; undefined where that is not known. */
  readonly oldIsGone: boolean | undefined;
}
