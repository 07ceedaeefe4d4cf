import type { Outcome } from "../../../provider/rollout/outcome";
import type { Deployment, GateAnswer, SeriesQuery, Split } from "../../../provider/rollout/ports";
import type { ReleaseRecord } from "../../../provider/rollout/record/record";
import type { Series } from "../../../provider/health/series";
import type { Command, Order } from "./driver";
import type { Deed } from "./scenario/scenario";

// What truly happened, as only the simulation knows it. Invariants read nothing else.

/** Who made a deployment. */
export type Author =
  | { readonly kind: "before" }
  | { readonly kind: "run"; readonly run: RunLog }
  | { readonly kind: "colleague"; readonly does: Deed }
  | { readonly kind: Command };

/** A deployment that was made. Times are milliseconds since the epoch. */
export interface Commit {
  /** Its place among all deployments, from 0. */
  readonly index: number;
  readonly at: number;
  /** From when on the traffic follows it. */
  readonly effectiveAt: number;
  /** From when on reads show it. */
  readonly visibleAt: number;
  /** Of what was made again, since it had been overwritten, who made it first. */
  readonly by: Author;
  /** Who has made it again; undefined for what was made once. */
  readonly againBy: Author | undefined;
  readonly deployment: Deployment;
  /** What it says of a release; undefined when it says nothing. */
  readonly record: ReleaseRecord | undefined;
}

/** A call of a run: when it left, and when its answer arrived there. */
export interface Call {
  readonly sentAt: number;
  servedAt: number | undefined;
  /** Undefined while it waits, and for ever once the run was killed. */
  answeredAt: number | undefined;
  /** Why it failed; undefined when it did not. */
  failure: string | undefined;
}

/** A look at the active deployment. */
export interface Read extends Call {
  /** What it showed; undefined for an empty list. */
  shown: Commit | undefined;
}

/** An attempt to deploy. */
export interface Write extends Call {
  readonly split: Split;
  /** What it says to people. */
  readonly message: string;
  readonly record: ReleaseRecord | undefined;
  readonly isForced: boolean;
  /** What came of it, whatever was answered. */
  commit: Commit | undefined;
}

/** A look at the telemetry. */
export interface TelemetryRead extends Call {
  readonly query: SeriesQuery;
  series: readonly Series[];
}

/** What a run was told of the gate of a stage. */
export interface GateTold {
  readonly at: number;
  readonly stage: number;
  readonly kind: GateAnswer["kind"];
}

/** One run of the code under test: a process. */
export interface RunLog {
  /** `run 1` */
  readonly name: string;
  readonly order: Order;
  readonly startedAt: number;
  readonly reads: Read[];
  readonly writes: Write[];
  readonly telemetry: TelemetryRead[];
  readonly gates: GateTold[];
  endedAt: number | undefined;
  killedAt: number | undefined;
  interruptedAt: number | undefined;
  outcome: Outcome | undefined;
  thrown: unknown;
  /** The most calls and sleeps that it ever had under way at once. */
  mostPending: number;
  /** The most listeners that ever waited for its interruption. */
  mostListeners: number;
}

/** Something for a person to read. */
export interface Line {
  readonly at: number;
  readonly who: string;
  readonly text: string;
  /** True when it says what was said before. */
  readonly isRoutine: boolean;
}
