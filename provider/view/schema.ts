import { z } from "zod";

// What a Worker's release looks like from any machine, as JSON: `workers-release status --json` prints it, and a page can
// read it. Times are ISO 8601 in UTC, durations milliseconds, shares of traffic percentages from 0 to 100 and bad shares
// numbers from 0 to 1. What is not known is null.

const time = z.iso.datetime();
const count = z.number().min(0);

/** One version's part of the traffic. */
export const shareView = z.object({
  versionId: z.string(),
  percent: z.number().min(0).max(100),
  /** What it is for the release; null for a version that has no part in it. */
  role: z.enum(["old", "new"]).nullable(),
});

/** The deployment that serves now. */
export const deploymentView = z.object({
  id: z.string(),
  createdAt: time,
  /** Who made it and with what: `jo@example.com with wrangler`. */
  author: z.string(),
  /** What it says to people, empty when it says nothing. */
  message: z.string(),
  /** True when it looks like a release's and is not proven to be one. */
  isUnproven: z.boolean(),
  split: z.array(shareView),
});

/** A stage of the plan. */
export const stageView = z.object({
  /** From 1. */
  number: z.int().min(1),
  percent: z.number().min(0).max(100),
  /** How long it soaks. */
  soakMs: count,
  /** `manual`: somebody has to approve the next one. */
  progression: z.enum(["automatic", "manual"]),
  state: z.enum(["over", "current", "coming"]),
  /** Null where it has not begun, was skipped, or that is not known. */
  startedAt: time.nullable(),
});

/**
 * What a release waits for. It goes on as soon as somebody gives the command; where it waits for the gate of the next
 * stage, also when that opens. A freeze of the plan ends by itself; only who knows the plan sees one in which nobody is to
 * approve.
 */
export const waitView = z.object({
  for: z.enum(["approval", "gate", "resume", "freeze"]),
  since: time,
  /** When it is reverted if nobody has come; null where no time is set, or it is not known. */
  until: time.nullable(),
  /** The percentage that comes next; 100 after the last stage, where an approval completes the release. */
  nextPercent: z.number().min(0).max(100).nullable(),
  /** Until when a freeze of the plan holds back the next stage, approved or not; null where none does. */
  frozenUntil: time.nullable(),
  /** Who has approved already, while a freeze holds that back; null where nobody has. */
  approvedBy: z.string().nullable(),
  /** `workers-release approve checkout`; null where nobody is waited for. */
  command: z.string().nullable(),
});

/** The release that is under way, or the last one, where the active deployment tells of it. */
export const releaseView = z.object({
  id: z.string(),
  /** The run that drives it: its own id at first, another one after a resumption. */
  run: z.string(),
  /** Who drives it, as a short digest: a stack's resource, or whoever started it from the command line. */
  owner: z.string(),
  phase: z.enum(["soaking", "waiting", "completed", "aborted", "inconclusive"]),
  oldVersionId: z.string().nullable(),
  newVersionId: z.string(),
  startedAt: time,
  /** Null while it is under way. */
  endedAt: time.nullable(),
  /** The stage it is in, or ended in. */
  stage: z.object({
    /** From 1. */
    number: z.int().min(1),
    of: z.int().min(1),
    /** The new version's share of the traffic now. */
    percent: z.number().min(0).max(100),
    startedAt: time.nullable(),
    soakMs: count.nullable(),
    /** How much of the soak is left, 0 once it is over; null where the plan is not known, and after the end. */
    soakLeftMs: count.nullable(),
  }),
  /** All stages; null where the plan is not known. */
  stages: z.array(stageView).nullable(),
  /** Who holds it in its stage; null where nobody does. */
  heldBy: z.string().nullable(),
  /** Null where it waits for nobody. */
  waitsFor: waitView.nullable(),
});

/** Some events of one version: a whole number of them, and the bad share. */
export const countsView = z.object({ bad: count, valid: count, share: z.number().min(0) });

/** What was served in a span of time that ends where the next one begins. */
export const pointView = z.object({
  at: time,
  new: countsView.omit({ share: true }),
  old: countsView.omit({ share: true }),
  /** The evidence by then, as {@link sloView} has it; null where nothing is judged here. */
  evidence: z.number().min(0).nullable(),
});

/** What an SLO has shown in the current stage. */
export const sloView = z.object({
  name: z.string(),
  /** The bad events in words: `requests failed`. */
  bad: z.string(),
  new: countsView,
  /** Null when the old version served nothing, or there is none. */
  old: countsView.nullable(),
  /** The largest bad share allowed; null where it is not known. */
  limit: z.number().min(0).nullable(),
  /** The same in words: `limit 0.6 %, 1.5 times the old version's 0.4 %`; null where the plan is not known. */
  limitText: z.string().nullable(),
  /**
   * The evidence of a violation since the release began, as a part of what is conclusive: 0 is none, at 1 and above the
   * release is reverted; at most 1000. Null where nothing is judged here.
   */
  evidence: z.number().min(0).nullable(),
  /**
   * What the stage has shown. `unseen` is an SLO on probes: only the run that sends them knows what came of them. Null
   * where the plan is not known, and so nothing is judged.
   */
  verdict: z.enum(["healthy", "insufficient", "unsure", "violated", "unseen"]).nullable(),
  /** True for an SLO that never aborts a release. */
  observeOnly: z.boolean(),
  /** True for an SLO that every plan has unless it says otherwise. */
  byDefault: z.boolean(),
  /** How it came about, oldest first; left out unless asked for. */
  points: z.array(pointView).optional(),
});

/** How the versions are doing, as far as this machine sees it. */
export const healthView = z.object({
  telemetry: z.object({
    isAnswering: z.boolean(),
    /** Up to when everything is known. */
    seenUntil: time.nullable(),
    /** Why not everything is seen, and what to do; null when it is. */
    trouble: z.string().nullable(),
    /** What is known of a silence: that nobody uses the Worker. */
    note: z.string().nullable(),
  }),
  /** True where the plan is known, so that its SLOs are judged by the same rules as the release itself goes by. */
  isJudged: z.boolean(),
  /** In the plan's order. Where the plan is not known: what versions are usually judged by, without a limit. */
  slos: z.array(sloView),
});

/** A Worker and its release. */
export const workerView = z.object({
  scriptName: z.string(),
  /** When this was read. */
  at: time,
  /** Null for a Worker that has never been deployed. */
  deployment: deploymentView.nullable(),
  /** Null where the active deployment tells of no release. */
  release: releaseView.nullable(),
  /** Null where no release is under way. */
  health: healthView.nullable(),
  /** What a person should know of the view itself, such as that the plan given is not the one of the release. */
  warnings: z.array(z.string()),
});

/** A release of the past, or the one that is under way. */
export const pastReleaseView = z.object({
  kind: z.literal("release"),
  id: z.string(),
  /** `superseded`: somebody else deployed before it had ended. */
  status: z.enum(["underWay", "completed", "aborted", "inconclusive", "superseded"]),
  oldVersionId: z.string().nullable(),
  newVersionId: z.string(),
  startedAt: time,
  /** Null while it is under way, and where it is not known when somebody else deployed. */
  endedAt: time.nullable(),
  /** The stage it came to, from 1. */
  stage: z.int().min(1),
  stages: z.int().min(1),
  owner: z.string(),
  /** Who made its last deployment. */
  author: z.string(),
  /** What its last deployment says: why it ended. */
  message: z.string(),
});

/** A deployment that no release made. */
export const otherDeploymentView = z.object({
  kind: z.literal("deployment"),
  ...deploymentView.shape,
});

/** What was deployed to a Worker, newest first. */
export const historyView = z.object({
  scriptName: z.string(),
  at: time,
  entries: z.array(z.discriminatedUnion("kind", [pastReleaseView, otherDeploymentView])),
  /** True when others may have deployed before that: Cloudflare lists the ten newest deployments only. */
  isCutOff: z.boolean(),
});

export type ShareView = z.infer<typeof shareView>;
export type DeploymentView = z.infer<typeof deploymentView>;
export type StageView = z.infer<typeof stageView>;
export type WaitView = z.infer<typeof waitView>;
export type ReleaseView = z.infer<typeof releaseView>;
export type CountsView = z.infer<typeof countsView>;
export type PointView = z.infer<typeof pointView>;
export type SloView = z.infer<typeof sloView>;
export type HealthView = z.infer<typeof healthView>;
export type WorkerView = z.infer<typeof workerView>;
export type PastReleaseView = z.infer<typeof pastReleaseView>;
export type OtherDeploymentView = z.infer<typeof otherDeploymentView>;
export type HistoryView = z.infer<typeof historyView>;
