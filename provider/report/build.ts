import { servedSince, type Series } from "../health/series";
import { isOnRequests } from "../plan/eventTypes";
import type { Plan } from "../plan/plan";
import { assessStages, traces, type Assessment } from "../rollout/look/assess";
import type { Cause } from "../rollout/cause";
import { failuresFor } from "../rollout/failures";
import { nothingObserved, type Observation } from "../rollout/look/observation";
import { readSeries } from "../rollout/look/series";
import { sloReport } from "../rollout/report";
import { unlessFault, type Clock, type Deployment, type Failures, type Telemetry } from "../rollout/ports";
import type { Release } from "../rollout/release";
import { stageStart, type State } from "../rollout/state";
import { sloText } from "../rollout/text/sloText";
import { courseOf, type Course } from "./course";
import { quantilesOf, timesSli } from "./latency";
import type { ReleaseReport, SloReported, StageReported, StageSlo } from "./model";
import { planInForce } from "./plan";
import { countsOf, evidenceOf, inGroups, pointsOf } from "./points";

/** Which release is told of. */
export interface Asked {
  readonly scriptName: string;
  /** Undefined for the newest one. */
  readonly releaseId: string | undefined;
  /** The plan that it had; undefined where it is not known. */
  readonly plan: Plan | undefined;
}

/** What it takes to tell of a release. Nothing is ever written. */
export interface ReportPorts {
  readonly telemetry: Telemetry;
  readonly failures: Failures;
  readonly clock: Clock;
}

/**
 * Tells of a release: its telemetry is read once more and goes through the judge that the release itself had.
 *
 * @param deployments those of the Worker that are known, newest first
 * @returns undefined where no deployment tells of the release
 * @throws PortError where the telemetry cannot be read
 */
export async function reportOn(
  asked: Asked,
  deployments: readonly Deployment[],
  ports: ReportPorts,
): Promise<ReleaseReport | undefined> {
  const now = ports.clock.now();
  const course = courseOf(deployments, asked.releaseId, now);
  if (course === undefined) return undefined;
  const { plan, isOwn, note } = planInForce(asked.plan, course);
  const until = course.endedAt ?? now;
  const release = releaseOf(asked.scriptName, plan, course);
  const state = stateOf(course);
  const [observation, times] = await Promise.all([
    observationOf(release, until, ports.telemetry),
    timesIn(release, until, ports.telemetry),
  ]);
  const told = slosOf(release, state, observation);
  const stages = assessStages(release, state, observation, until);
  const { record, status, decision, endedAt, splits } = course;
  return {
    ...{ scriptName: asked.scriptName, releaseId: record.id, status, decision },
    ...{ oldVersionId: record.oldVersionId ?? null, newVersionId: record.newVersionId },
    ...{ startedAt: record.startedAt, endedAt: endedAt ?? null, seenUntil: until },
    ...{ isOwnPlan: isOwn, stageCount: record.stages, splits },
    stages: course.stages.map((stage, index) => stageOf(stage, stages[index] ?? [])),
    slos: told,
    requests: requestsOf(release, observation),
    latency: times === undefined ? [] : quantilesOf(times),
    failures: (await failuresOf(release, state, observation, ports, course)) ?? null,
    notes: notesOn({
      note,
      isEmpty: isEmpty(observation),
      hasTimes: times !== undefined,
      hasStages: course.stages.length > 0,
      until,
      now,
    }),
  };
}

function releaseOf(scriptName: string, plan: Plan, { record }: Course): Release {
  const { id, run, owner, retry, newVersionId, oldVersionId, startedAt } = record;
  return { id, run, owner, retry, newVersionId, oldVersionId, startedAt, scriptName, plan };
}

function stateOf({ stages, record }: Course): State {
  const last = stages.at(-1);
  return {
    phase: "soaking",
    stage: last?.stage ?? record.stage,
    since: last?.startedAt ?? record.startedAt,
    past: stages.slice(0, -1),
    ...{ failure: undefined, lostAt: undefined, deploymentId: "", leftBy: undefined },
  };
}

/** Everything that was served, and what the hour before the release says of the old version. */
async function observationOf(release: Release, until: number, telemetry: Telemetry): Promise<Observation> {
  const before = nothingObserved(release, undefined, release.startedAt, true);
  return { ...before, ...(await readSeries(release, before, until, telemetry)), seenUntil: until };
}

/** How long requests took; undefined where that could not be read, which is no reason to tell nothing. */
async function timesIn(release: Release, until: number, telemetry: Telemetry): Promise<Series | undefined> {
  const { newVersionId, oldVersionId, startedAt, plan } = release;
  const bucketMs = plan.pollIntervalMs;
  const from = Math.floor(startedAt / bucketMs) * bucketMs;
  const to = (Math.floor(Math.max(until, startedAt) / bucketMs) + 1) * bucketMs;
  const query = { slis: [timesSli], newVersionId, oldVersionId, from, to, bucketMs };
  const read = await telemetry.read(query).catch(unlessFault(undefined));
  return read?.[0];
}

function slosOf(release: Release, state: State, observation: Observation): SloReported[] {
  const traced = traces(release, state, observation);
  return release.plan.slos.map((slo, index) => {
    const trace = traced[index] ?? [];
    const all = servedSince(
      trace.map(({ bucket }) => bucket),
      -Infinity,
    );
    const { bad, limit } = sloText(slo, all);
    const found = trace.find(({ verdict }) => verdict.violated);
    return {
      ...{ name: slo.name, bad, limitText: limit },
      observeOnly: slo.observeOnly,
      isUnseen: slo.sli.kind === "probes",
      onset: found?.verdict.trouble?.since ?? null,
      violatedAt: found === undefined ? null : found.bucket.start + release.plan.pollIntervalMs,
      points: pointsOf(slo, trace, all),
    };
  });
}

function stageOf(
  { stage, percent, startedAt, endedAt }: Course["stages"][number],
  assessments: readonly Assessment[],
): StageReported {
  return { number: stage + 1, percent, from: startedAt, to: endedAt, slos: assessments.map(stageSlo) };
}

function stageSlo(assessment: Assessment): StageSlo {
  const { name, limit = null, verdict } = sloReport(assessment);
  const { served } = sloText(assessment.slo, assessment.served);
  return {
    ...{ name, limit, verdict },
    new: countsOf(served.new),
    old: served.old.valid > 0 ? countsOf(served.old) : null,
    evidence: evidenceOf(assessment.verdict),
  };
}

/** The requests of visitors, by the first SLO that counts them. */
function requestsOf({ plan }: Release, { series }: Observation): ReleaseReport["requests"] {
  const index = plan.slos.findIndex(({ sli }) => isOnRequests(sli));
  return inGroups(series[index] ?? []).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const served = servedSince(group, first.start);
    const counts = { new: Math.round(served.new.valid), old: Math.round(served.old.valid) };
    return [{ at: first.start, spanMs: group.length * plan.pollIntervalMs, ...counts }];
  });
}

/** What failed: of the first SLO that was violated, or where a version was aborted without that, of the first there is. */
function failuresOf(
  release: Release,
  state: State,
  observation: Observation,
  { failures, clock }: ReportPorts,
  { status, endedAt = clock.now() }: Course,
): ReturnType<typeof failuresFor> {
  const cause =
    violationIn(release, state, observation) ??
    (status === "aborted" ? doubtIn(release, state, observation) : undefined);
  if (cause === undefined) return Promise.resolve(undefined);
  const interruption = new AbortController().signal;
  return failuresFor(cause, release, state, { failures, clock, interruption }, endedAt);
}

function violationIn(release: Release, state: State, observation: Observation): Cause | undefined {
  const traced = traces(release, state, observation);
  return release.plan.slos.flatMap((slo, index): Cause[] => {
    const found = slo.observeOnly ? undefined : traced[index]?.find(({ verdict }) => verdict.violated);
    return found === undefined ? [] : [{ kind: "violated", slo, verdict: found.verdict }];
  })[0];
}

function doubtIn(release: Release, state: State, observation: Observation): Cause | undefined {
  const index = release.plan.slos.findIndex(({ sli }) => isOnRequests(sli));
  const slo = release.plan.slos[index];
  const served = servedSince(observation.series[index] ?? [], stageStart(state));
  return slo && { kind: "unsure", slo, served, extended: false };
}

function isEmpty({ series }: Observation): boolean {
  return series.every((all) => all.length === 0);
}

const dayMs = 86_400_000;

function notesOn({
  note,
  isEmpty: nothing,
  hasTimes,
  hasStages,
  until,
  now,
}: {
  readonly note: string;
  readonly isEmpty: boolean;
  readonly hasTimes: boolean;
  readonly hasStages: boolean;
  readonly until: number;
  readonly now: number;
}): readonly string[] {
  const notes = [note];
  if (!hasStages) {
    notes.push(
      "Cloudflare lists the ten newest deployments only: when this release entered its stages is not known any more.",
    );
  }
  if (nothing) {
    const old = now - until > 3 * dayMs ? " Cloudflare keeps telemetry for 3 days, on paid plans for 7." : "";
    notes.push(`The telemetry shows no request of either version in this time.${old}`);
  }
  if (!hasTimes) notes.push("How long requests took could not be read.");
  return notes.filter((text) => text !== "");
}
