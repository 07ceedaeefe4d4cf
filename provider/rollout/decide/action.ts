import type { Cause, Doubt } from "../cause";
import type { DeploymentStatus } from "../deploymentStatus";
import type { GateAnswer } from "../ports";

/** What a release does next. */
export type Action =
  /** Look again in a while. */
  | { readonly do: "keep" }
  /** Deploy the split of a stage and soak it. */
  | {
      readonly do: "enter";
      readonly stage: number;
      readonly approvedBy?: string;
      /** Without naming the old version, which Cloudflare no longer deploys. */
      readonly isOneWay?: true;
    }
  /** Record that the stage waits for an approval: the plan wants one, or its soak has left a doubt. */
  | {
      readonly do: "await";
      readonly doubt?: Doubt;
      /** What the gate of the next stage has answered, where that has not opened. */
      readonly gate?: GateAnswer;
    }
  /** Ask the gate of a stage, and look again in a while. */
  | { readonly do: "askGate"; readonly stage: number }
  /**
   * Deploy the same split again, as this run: the release was left by another one, or its deployment does not say yet
   * that an approval is held back by a freeze.
   */
  | { readonly do: "claim" }
  /** Deploy the new version alone: the release is complete. */
  | { readonly do: "complete" }
  /** End as complete though the last write failed: the new version has all traffic already. */
  | { readonly do: "completeUnrecorded"; readonly trouble: string }
  /** Put all traffic back on the old version: the release has failed. */
  | { readonly do: "revert"; readonly cause: Cause }
  /** Stop and leave the traffic as it is, since the person who stopped the release wants it so. */
  | { readonly do: "hold" }
  /** Stop, since somebody else has decided. */
  | { readonly do: "yield"; readonly status: DeploymentStatus }
  /** Look anew how to begin: an earlier run's write has turned up, which this one goes on with. */
  | { readonly do: "beginAgain"; readonly status: DeploymentStatus }
  /** End before anything of ours was deployed. */
  | { readonly do: "giveUp"; readonly because: GaveUp };

/** Why a release ended before its first split was deployed. */
export type GaveUp =
  | { readonly kind: "interrupted" }
  | { readonly kind: "overtaken"; readonly by: string }
  /** A freeze has begun, in milliseconds since the epoch. */
  | { readonly kind: "frozen"; readonly until: number; readonly now: number }
  | { readonly kind: "gate"; readonly answer: GateAnswer; readonly isTimeout: boolean }
  | { readonly kind: "writesFail"; readonly trouble: string };
