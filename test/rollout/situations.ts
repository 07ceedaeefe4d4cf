import type { ReleasePlan, Slo } from "../../provider/plan/types";
import type { Objective } from "../../provider/plan/plan";
import type { Assessment } from "../../provider/rollout/look/assess";
import { nothingObserved, type Observation } from "../../provider/rollout/look/observation";
import { PortError, type Deployment, type Split } from "../../provider/rollout/ports";
import type { PlannedStage, ReleaseRecord } from "../../provider/rollout/record/record";
import type { Release } from "../../provider/rollout/release";
import type { Soaking, Starting, Waiting, WriteFailure } from "../../provider/rollout/state";
import { newVersion, oldVersion, request } from "./simulate";

// Moments of a release, made by hand: for tests of what follows from one.

export const minute = 60_000;

export const unavailable = (): PortError => new PortError("unavailable", "Cloudflare did not answer");

/** When the release began. */
export const began = Date.UTC(2030, 0, 1, 6);

export const slos: readonly Slo[] = [
  { name: "5xx", sli: "serverErrors", max: 0.01 },
  { name: "slow", sli: "wallTime", percentile: 99, limit: "500ms" },
];

/** 25 %, then 50 % that somebody has to approve to go on from, then 100 %. It has the SLOs that it states. */
export const threeStages: ReleasePlan = {
  slos: [...slos],
  defaultSlos: false,
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 50, soakTime: "10m", progression: "manual" },
    { percent: 100, soakTime: "15m" },
  ],
  approvalTimeout: "2h",
  maxBlindTime: "2m",
};

export function aRelease(plan: Partial<ReleasePlan> = {}, changes: Partial<Release> = {}): Release {
  const { scriptName, retry, owner, plan: parsed } = request({ plan: { ...threeStages, ...plan } });
  return {
    ...{ id: "r1", run: "r1", owner, scriptName, retry, plan: parsed },
    ...{ newVersionId: newVersion, oldVersionId: oldVersion, startedAt: began },
    ...changes,
  };
}

const untouched = { stage: 0, since: began, past: [], failure: undefined, lostAt: undefined };
const deployed = { deploymentId: "ours", leftBy: undefined };

export function starting(changes: Partial<Starting> = {}): Starting {
  return { phase: "starting", ...untouched, before: deployment({ id: "before" }), ...changes };
}

export function soaking(changes: Partial<Soaking> = {}): Soaking {
  return { phase: "soaking", ...untouched, ...deployed, ...changes };
}

/** In stage 2, which began with the release and soaked for ten minutes. */
export function waiting(changes: Partial<Waiting> = {}): Waiting {
  const times = { stage: 1, since: began + 10 * minute, soakedSince: began };
  return { phase: "waiting", ...untouched, ...deployed, ...times, ...changes };
}

export function failure(changes: Partial<WriteFailure> = {}): WriteFailure {
  return {
    ...{ since: began, orderedMs: 0, notBefore: 0 },
    forGood: false,
    lostAt: undefined,
    oldIsGone: false,
    trouble: "no answer",
    ...changes,
  };
}

/** A deployment, by default somebody else's of the old version. */
export function deployment(changes: Partial<Deployment> = {}): Deployment {
  return {
    ...{ id: "theirs", createdAt: began, createdOn: new Date(began).toISOString() },
    ...{
      split: [{ versionId: oldVersion, percent: 100 }],
      record: undefined,
      isUnproven: false,
      message: "",
    },
    ...{ author: "jo with wrangler", byUpload: false },
    ...changes,
  };
}

export function between(oldId: string, newId: string, percent: number): Split {
  return [
    { versionId: oldId, percent: 100 - percent },
    { versionId: newId, percent },
  ];
}

export function aRecord(changes: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    ...{ id: "r1", run: "r1", owner: "owner-1", phase: "soak", stage: 0, stages: 3, startedAt: began },
    ...{ newVersionId: newVersion, oldVersionId: oldVersion, retry: "" },
    ...{ next: undefined, begun: [], since: undefined },
    ...changes,
  };
}

/** The stages of {@link threeStages}, as the record of a release under way tells them. */
export const planned: readonly PlannedStage[] = [
  { percent: 25, soakMs: 5 * minute, progression: "automatic" },
  { percent: 50, soakMs: 10 * minute, progression: "manual" },
  { percent: 100, soakMs: 15 * minute, progression: "automatic" },
];

/** What a deployment says of the release. */
export function recorded(
  changes: Partial<ReleaseRecord> = {},
  message = "What was said then.",
): Pick<Deployment, "record" | "message"> {
  return { record: aRecord(changes), message };
}

/** What is seen `at` of a release whose last deployment is active. */
export function observation(
  release: Release,
  at: number,
  changes: Partial<Observation> = {},
  active: Deployment | undefined = deployment({ id: "ours" }),
): Observation {
  return { ...nothingObserved(release, active, at, true), seenUntil: at, ...changes };
}

export function objective(changes: Partial<Objective> = {}): Objective {
  return { name: "5xx", sli: { kind: "serverErrors" }, max: 0.01, observeOnly: false, ...changes };
}

const served = { new: { valid: 200, bad: 1 }, old: { valid: 400, bad: 2 } };

/** A healthy SLO, unless told otherwise. */
export function assessment(changes: Partial<Assessment> = {}): Assessment {
  return {
    slo: objective(),
    verdict: { violated: false, bound: "max", evidence: 0, conclusive: 5, dividedBy: 1, trouble: undefined },
    served,
    soak: { served, result: "healthy" },
    wrongShare: undefined,
    surge: 1,
    ...changes,
  };
}

export function violated(changes: Partial<Assessment> = {}): Assessment {
  const trouble = { new: { valid: 100, bad: 12 }, old: { valid: 300, bad: 1 }, since: began + minute };
  const verdict = {
    violated: true,
    bound: "max" as const,
    evidence: 9,
    conclusive: 5,
    dividedBy: 1,
    trouble,
  };
  return assessment({ verdict, ...changes });
}
