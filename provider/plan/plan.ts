import type { Bounds } from "../health/judgement";
import type { Sli, StatusRange } from "../health/sli";
import type { Freeze } from "./freeze";

/** A plan as the release works with it: checked, defaults filled in, times in milliseconds. */
export interface Plan {
  readonly slos: readonly Objective[];
  readonly stages: readonly PlanStage[];
  readonly probes: readonly PlanProbe[];
  readonly pollIntervalMs: number;
  readonly confidence: number;
  readonly minRequests: number;
  readonly whenUnsure: "extend" | "ask" | "progress" | "abort";
  readonly maxBlindMs: number;
  readonly warmUpMs: number;
  readonly settleMs: number;
  readonly approvalTimeoutMs: number;
  readonly onInterrupt: "revert" | "hold";
  /** Within how many releases a version that served before gets all traffic at once; 0 for never. */
  readonly rollbackWindow: number;
  /** When no release starts, and none goes on to its next stage. */
  readonly freezes: readonly Freeze[];
}

/** A stage of a checked plan. */
export interface PlanStage {
  readonly percent: number;
  readonly soakMs: number;
  readonly progression: "automatic" | "manual";
  /** Who is asked before the stage is entered. */
  readonly gate?: PlanGate;
}

/** The gate of a stage of a checked plan. Address and headers may hold secrets: no text shows more than the origin. */
export interface PlanGate {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An SLO of a checked plan. Whatever its SLI, it bounds a share of bad events. */
export interface Objective extends Bounds {
  readonly name: string;
  readonly sli: Sli | ProbeSli;
  /** True when it never holds or aborts a release. */
  readonly observeOnly: boolean;
  /**
   * True for an SLO that the plan does not state. It takes a small part of the confidence, and holds no stage for want of
   * events: the plan may be about something else.
   */
  readonly byDefault?: true;
}

/** The SLI that the release measures by itself, with the plan's probes. */
export interface ProbeSli {
  readonly kind: "probes";
}

/** A probe of a checked plan. */
export interface PlanProbe {
  readonly target: { readonly url: string } | { readonly path: string };
  readonly everyMs: number;
  /** The statuses of a good answer. */
  readonly statuses: readonly StatusRange[];
  readonly timeoutMs: number;
  readonly versionHeader: string | undefined;
}
