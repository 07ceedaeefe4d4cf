import { formatDuration } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Plan } from "../plan/plan";
import type { Deployment } from "../rollout/ports";
import { awaitedPercent, isUnderWay, type PlannedStage, type ReleaseRecord } from "../rollout/record/record";
import { heldUntil, percentOf, soakedAt } from "../rollout/release";
import { stateFrom } from "../rollout/startingPoint";
import { stagesSoFar, stageStart } from "../rollout/state";
import { harmless } from "../shown";
import { healthOf } from "./health";
import type { DeploymentView, ReleaseView, StageView, WaitView, WorkerView } from "./schema";
import { isPlanOf, type Sight } from "./sight";

/** What is to be shown beside the usual. */
export interface Wish {
  /** How each SLO came about, for plots. Default: false. */
  readonly withPoints?: boolean;
}

/** What was seen, as JSON. A function of the sight alone: the same on every machine. */
export function viewOf(sight: Sight, { withPoints = false }: Wish = {}): WorkerView {
  const { scriptName, at, active, watched } = sight;
  return {
    scriptName,
    at: new Date(at).toISOString(),
    deployment: active === undefined ? null : deploymentOf(active),
    release: active?.record === undefined ? null : releaseView(sight, active, active.record),
    health: watched === undefined ? null : healthOf(watched, withPoints),
    warnings: warningsOn(sight),
  };
}

/** A deployment, as JSON. */
export function deploymentOf({ record, ...made }: Deployment): DeploymentView {
  return {
    id: made.id,
    createdAt: new Date(made.createdAt).toISOString(),
    author: made.author,
    message: made.message,
    isUnproven: made.isUnproven,
    split: made.split.map(({ versionId, percent }) => ({
      versionId,
      percent,
      role: roleOf(versionId, record),
    })),
  };
}

function roleOf(versionId: string, record: ReleaseRecord | undefined): "old" | "new" | null {
  if (versionId === record?.newVersionId) return "new";
  return versionId === record?.oldVersionId ? "old" : null;
}

function releaseView(sight: Sight, active: Deployment, record: ReleaseRecord): ReleaseView {
  const isOver = !isUnderWay(record);
  const planned = planOf(sight)?.stages ?? record.planned;
  const state = stateFrom(record, active);
  const startedAt = isOver ? undefined : stageStart(state);
  const soakMs = planned?.[record.stage]?.soakMs;
  return {
    id: record.id,
    run: record.run,
    owner: record.owner,
    phase: isOver ? (record.phase as "completed") : state.phase,
    oldVersionId: record.oldVersionId ?? null,
    newVersionId: record.newVersionId,
    startedAt: new Date(record.startedAt).toISOString(),
    endedAt: isOver ? new Date(active.createdAt).toISOString() : null,
    stage: {
      number: record.stage + 1,
      of: record.stages,
      percent: percentOf(active.split, record.newVersionId),
      startedAt: startedAt === undefined ? null : new Date(startedAt).toISOString(),
      soakMs: soakMs ?? null,
      soakLeftMs:
        soakMs === undefined || startedAt === undefined ? null : Math.max(0, startedAt + soakMs - sight.at),
    },
    stages: planned?.map((stage, index) => stageOf(stage, index, active, record)) ?? null,
    heldBy: record.heldBy === undefined ? null : harmless(record.heldBy),
    waitsFor: waitOf(sight, active, record),
  };
}

/** The plan that was given, where it is that of the release. */
function planOf({ plan, active }: Sight): Plan | undefined {
  return plan && active?.record && isPlanOf(plan, active.record, active) ? plan : undefined;
}

function stageOf(
  { percent, soakMs, progression }: PlannedStage,
  index: number,
  active: Deployment,
  record: ReleaseRecord,
): StageView {
  const begun = stagesSoFar(stateFrom(record, active)).find(({ stage }) => stage === index);
  const startedAt = begun === undefined ? null : new Date(begun.startedAt).toISOString();
  const place = index === record.stage && isUnderWay(record) ? "current" : "coming";
  return {
    ...{ number: index + 1, percent, soakMs, progression, startedAt },
    state: index < record.stage ? "over" : place,
  };
}

function waitOf(sight: Sight, active: Deployment, record: ReleaseRecord): WaitView | null {
  if (!isUnderWay(record)) return null;
  const { plan, scriptName, at } = sight;
  const nextPercent = nextOf(record);
  if (record.heldBy !== undefined) {
    const since = new Date(active.createdAt).toISOString();
    return {
      for: "resume",
      since,
      until: null,
      nextPercent,
      frozenUntil: null,
      approvedBy: null,
      command: `workers-release resume ${scriptName}`,
    };
  }
  if (awaitedPercent(record) === undefined) return freezeOf(sight, active, record);
  const { since } = stateFrom(record, active);
  const { frozenUntil = 0, approvedBy } = record;
  const isFrozen = at < frozenUntil;
  return {
    for: record.awaitsGate ? "gate" : "approval",
    since: new Date(since).toISOString(),
    until: plan ? new Date(since + plan.approvalTimeoutMs).toISOString() : null,
    nextPercent,
    frozenUntil: isFrozen ? new Date(frozenUntil).toISOString() : null,
    approvedBy: approvedBy ?? null,
    command: isFrozen && approvedBy !== undefined ? null : `workers-release approve ${scriptName}`,
  };
}

/** A stage that has soaked, and that a freeze of the plan holds: no record tells of it. */
function freezeOf(sight: Sight, active: Deployment, record: ReleaseRecord): WaitView | null {
  const plan = planOf(sight);
  if (plan === undefined || plan.stages[record.stage]?.progression === "manual") return null;
  const until = heldUntil({ plan }, record.stage, sight.at);
  const soaked = soakedAt({ plan }, record.stage, stageStart(stateFrom(record, active)));
  if (until === undefined || sight.at < soaked) return null;
  return {
    for: "freeze",
    since: new Date(soaked).toISOString(),
    until: null,
    nextPercent: nextOf(record),
    frozenUntil: new Date(until).toISOString(),
    approvedBy: null,
    command: null,
  };
}

function nextOf(record: ReleaseRecord): number | null {
  if (record.next !== undefined) return record.next;
  if (record.stage + 1 >= record.stages) return 100;
  return record.planned?.[record.stage + 1]?.percent ?? null;
}

function warningsOn({ plan, active, scriptName }: Sight): string[] {
  const record = active?.record;
  if (plan === undefined || active === undefined || record === undefined || !isUnderWay(record)) return [];
  const given = plan.stages.map(stageText).join(", ");
  const followed = record.planned?.map(stageText).join(", ");
  if (followed === undefined ? isPlanOf(plan, record, active) : followed === given) return [];
  const stages =
    followed ??
    `${record.stages} stages, now at ${formatPercent(percentOf(active.split, record.newVersionId))}`;
  const effect = isPlanOf(plan, record, active)
    ? "It is judged by the plan given."
    : "So nothing is judged here.";
  return [
    `The plan given is not the one that the release of ${scriptName} goes by: its stages are ${given}; those of the ` +
      `release are ${stages}. ${effect}`,
  ];
}

/** `25 % (5m)` */
function stageText({ percent, soakMs }: PlannedStage): string {
  return `${formatPercent(percent)} (${formatDuration(soakMs)})`;
}
