import type { Deployment } from "./ports";

/** Where a release stands. */
export type State = Starting | Deployed;

/** Where a release stands whose split is deployed. */
export type Deployed = Soaking | Waiting;

interface Common {
  /** The stage, counted from 0. */
  readonly stage: number;
  /**
   * When the stage began (soaking), its wait began (waiting) or the first split was first tried (starting), in
   * milliseconds since the epoch.
   */
  readonly since: number;
  /** The stages so far, this one not included. */
  readonly past: readonly PastStage[];
  /** The failure of the last write; undefined once one went through, or none is to be made. */
  readonly failure: WriteFailure | undefined;
  /**
   * When the answer to a write was lost last, in milliseconds since the epoch, though a later write went through: it may
   * still take effect after that. Undefined where none can any more.
   */
  readonly lostAt: number | undefined;
}

/** Nothing of ours is known to be deployed: the split of `stage` comes next. */
export interface Starting extends Common {
  readonly phase: "starting";
  /** The deployment that was active when the release was planned; undefined for a Worker that never had one. */
  readonly before: Deployment | undefined;
}

interface InTraffic extends Common {
  /** The deployment of ours that should be active. */
  readonly deploymentId: string;
  /**
   * The run that made the deployment, where that was an earlier one; undefined where it was this one. This run makes it
   * again, so that the other, if it still lives, sees that it has been replaced.
   */
  readonly leftBy: string | undefined;
  /** Who holds the release in its stage: it is watched as before, and does not go on. */
  readonly heldBy?: string | undefined;
}

/** The stage's split serves and is watched for its soak time. */
export interface Soaking extends InTraffic {
  readonly phase: "soaking";
}

/** The stage has soaked well and somebody has to approve the next. It is watched as before. */
export interface Waiting extends InTraffic {
  readonly phase: "waiting";
  /** When the stage's soak began. */
  readonly soakedSince: number;
  /** Until when a freeze holds an approval back, as the deployment says, in milliseconds since the epoch. */
  readonly frozenUntil?: number | undefined;
  /** Who has approved the next stage while a freeze holds that back. */
  readonly approvedBy?: string | undefined;
  /** True where the gate of the next stage has not opened: it leads there as an approval does. */
  readonly awaitsGate?: boolean | undefined;
}

/** A stage that is over. */
export interface PastStage {
  readonly stage: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The new version's share in it, from 0 to 100, where another run knew that: the plan may have changed since. */
  readonly percent?: number;
}

/** A write that did not go through, or whose answer was lost. */
export interface WriteFailure {
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  /** How long Cloudflare has ordered to wait since then (429), in milliseconds. */
  readonly orderedMs: number;
  /** It is not tried again before then, in milliseconds since the epoch; a revert is. */
  readonly notBefore: number;
  /** True when trying again cannot help. */
  readonly forGood: boolean;
  /** When the answer to a write was lost that may have happened all the same; undefined when each was answered. */
  readonly lostAt: number | undefined;
  /** True when Cloudflare can no longer deploy the old version, since too many versions were uploaded after it. */
  readonly oldIsGone: boolean;
  readonly trouble: string;
}

/** When the current stage began to soak. */
export function stageStart(state: State): number {
  return state.phase === "waiting" ? state.soakedSince : state.since;
}

/** The stages of a release, the current one last; it ends at `now`. */
export function stagesSoFar(state: State, now = Infinity): readonly PastStage[] {
  if (state.phase === "starting") return state.past;
  return [...state.past, { stage: state.stage, startedAt: stageStart(state), endedAt: now }];
}

/** When each stage before `stage` began. One that was skipped has the begin of the stage before it. */
export function beginsBefore(state: State, stage: number): readonly number[] {
  const stages = stagesSoFar(state).filter((each) => each.stage < stage);
  return stages.flatMap(({ stage: own, startedAt }, index) => {
    const next = stages[index + 1]?.stage ?? stage;
    return Array<number>(Math.max(0, next - own)).fill(startedAt);
  });
}

/** The state right after `deploymentId` brought the release into `stage`. */
export function entered(before: State, stage: number, deploymentId: string, now: number): Soaking {
  const over = { stage: before.stage, startedAt: stageStart(before), endedAt: now };
  const past = before.phase === "starting" ? before.past : [...before.past, over];
  return {
    phase: "soaking",
    stage,
    since: now,
    past,
    ...wentThrough(before),
    deploymentId,
    leftBy: undefined,
  };
}

/** What a deployment says of the approval that its release waits for. */
type Approval = Pick<Waiting, "frozenUntil" | "approvedBy" | "awaitsGate">;

/** The same of a record, without what it does not say. */
export function approvalOf({ frozenUntil, approvedBy, awaitsGate }: Approval): Approval {
  return {
    ...(frozenUntil !== undefined && { frozenUntil }),
    ...(approvedBy !== undefined && { approvedBy }),
    ...(awaitsGate && { awaitsGate }),
  };
}

/** The state right after `deploymentId` recorded that the current stage waits for an approval. */
export function awaiting(before: State, deploymentId: string, now: number, approval: Approval = {}): Waiting {
  const { stage, past } = before;
  const soakedSince = stageStart(before);
  return {
    phase: "waiting",
    ...{ stage, since: now, soakedSince, past, ...wentThrough(before), deploymentId, leftBy: undefined },
    ...approvalOf(approval),
  };
}

/** What is left of the writes that failed once one has gone through. */
export function wentThrough({ failure, lostAt }: State): Pick<State, "failure" | "lostAt"> {
  return { failure: undefined, lostAt: failure?.lostAt ?? lostAt };
}
