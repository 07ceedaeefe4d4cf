/** Where a release stands. What it has seen is kept beside it, in a {@link Observation}. */
export type State = Soaking | Waiting;

interface InStage {
  /** The stage, counted from 0. */
  readonly stage: number;
  /** When the stage began (soaking) or its wait began (waiting), in milliseconds since the epoch. */
  readonly since: number;
  /** The deployment of ours that should be active. */
  readonly deploymentId: string;
  /** The stages so far, this one not included. */
  readonly past: readonly PastStage[];
}

/** The stage's split serves and is watched for its soak time. */
export interface Soaking extends InStage {
  readonly phase: "soaking";
}

/** The stage has soaked well and somebody has to approve the next. It is watched as before. */
export interface Waiting extends InStage {
  readonly phase: "waiting";
  /** When the stage's soak began. */
  readonly soakedSince: number;
}

/** A stage that is over. */
export interface PastStage {
  readonly stage: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** When the current stage began to soak. */
export function stageStart(state: State): number {
  return state.phase === "waiting" ? state.soakedSince : state.since;
}

/** When the split changed during the release, as far as this run knows: at the begin of each stage. */
export function splitChanges(state: State): readonly number[] {
  return [...state.past.map(({ startedAt }) => startedAt), stageStart(state)];
}

/** The state right after `deploymentId` brought the release into `stage`. */
export function entered(before: State, stage: number, deploymentId: string, now: number): Soaking {
  const over = { stage: before.stage, startedAt: stageStart(before), endedAt: now };
  return { phase: "soaking", stage, since: now, deploymentId, past: [...before.past, over] };
}

/** The state right after `deploymentId` recorded that the current stage waits for an approval. */
export function awaiting(before: State, deploymentId: string, now: number): Waiting {
  const { stage, past } = before;
  return { phase: "waiting", stage, since: now, soakedSince: stageStart(before), deploymentId, past };
}
