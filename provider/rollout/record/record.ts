/**
 * What a deployment of ours says about the release it belongs to. It stands at the end of the deployment's
 * `workers/message`, so that whoever reads the active deployment knows all that is needed to go on.
 */
export interface ReleaseRecord {
  readonly id: string;
  /** The run that drives the release: `id` at first, another one after a resumption. */
  readonly run: string;
  /** Who drives it, as a short digest. */
  readonly owner: string;
  /** `soak`: the stage soaks; `wait`: it has soaked and waits for an approval; the others are endings. */
  readonly phase: "soak" | "wait" | "completed" | "aborted" | "inconclusive";
  /** The stage, counted from 0. */
  readonly stage: number;
  /** How many stages the plan has. */
  readonly stages: number;
  /** When the release began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the run that drives it began to, where that is not the run that began the release; in milliseconds since the epoch. */
  readonly drivenSince?: number;
  readonly newVersionId: string;
  readonly oldVersionId: string | undefined;
  /** The `retry` the release was asked with. */
  readonly retry: string;
  /** While it waits: the percentage that an approval leads to; after the last stage, where it ends the release, 100. */
  readonly next: number | undefined;
  /**
   * When the stages so far began, oldest first, in milliseconds since the epoch: those before this one, and of a stage
   * that waits its own begin too. Cloudflare lists the ten newest deployments only, so they cannot be counted on for it.
   */
  readonly begun: readonly number[];
  /**
   * When this stage began to soak, or its wait began, where that is not when the deployment was made: the run that
   * resumes a release deploys the same split again. In milliseconds since the epoch.
   */
  readonly since: number | undefined;
  /** While it waits in a freeze: until when an approval is held back, in milliseconds since the epoch. */
  readonly frozenUntil?: number | undefined;
  /** Who has approved the next stage while a freeze holds that back: it is entered when the freeze ends. */
  readonly approvedBy?: string | undefined;
  /** True while it waits for the gate of the next stage; an approval goes before it. */
  readonly awaitsGate?: boolean | undefined;
  /** True for a release that has given all traffic at once to a version that served before. */
  readonly isWayBack?: true;
  /** Who holds the release in its stage; undefined where nobody does. */
  readonly heldBy?: string;
  /** The stages of the plan while the release is under way; undefined where they do not fit, or an older version wrote it. */
  readonly planned?: readonly PlannedStage[];
  /**
   * The last deployment of the release before this one: Cloudflare lists the ten newest only, and this leads to older
   * ones. Undefined for the first release, and where none was found.
   */
  readonly previous?: string;
}

/** A stage of the plan, as a record tells it. */
export interface PlannedStage {
  /** From 0 to 100. */
  readonly percent: number;
  readonly soakMs: number;
  readonly progression: "automatic" | "manual";
}

/** True when the run that drives one release began to before the run that drives another, or with it. */
export function isDrivenLonger(one: Driven, other: Driven): boolean {
  return (one.drivenSince ?? one.startedAt) <= (other.drivenSince ?? other.startedAt);
}

type Driven = Pick<ReleaseRecord, "startedAt" | "drivenSince">;

/** True when the release has not ended: it soaks, or waits for an approval. */
export function isUnderWay({ phase }: ReleaseRecord): boolean {
  return phase === "soak" || phase === "wait";
}

/** The percentage that an approval leads to; undefined when the release waits for none. */
export function awaitedPercent({ phase, next }: ReleaseRecord): number | undefined {
  return phase === "wait" ? next : undefined;
}

/** True in the last stage: an approval there completes the release. */
export function isLastStage({ stage, stages }: ReleaseRecord): boolean {
  return stage + 1 >= stages;
}
