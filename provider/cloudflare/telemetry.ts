import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { SeriesQuery, Telemetry } from "../rollout/ports";
import { ask } from "./ask";
import { checkObservability } from "./observability";
import type { TelemetryQuery } from "./checks/api";
import type { WorkerName } from "./client";
import { readinessOf } from "./readiness";
import { Remembered } from "./remembered";
import { sharedBy } from "./shared";
import { otherGrid, rowsOf } from "./telemetryAnswer";
import { seriesFrom } from "./telemetryCounts";
import { addsUpTo, groupsIn } from "./telemetryGroups";
import { halves, isAutomatic, pieces, timeframeFor, type Span } from "./telemetryGrid";
import { narrowerThan } from "./telemetryLatencies";
import { allRequests, partId, partsFor, recipesOf, type Part } from "./telemetryParts";
import { countQuery, raysQuery, maxGroups, type Subject } from "./telemetryQuery";
import type { Counted } from "./telemetryPool";
import type { Row } from "./telemetryRow";
import { eventsOf, isExplainedBy, listedIn, mismatchIn, unlistedIn, type Listed } from "./telemetrySums";
import { doesNotAddUp, missingGroups, onOtherGrid } from "./telemetryTrouble";

const raysAnswer = z.object({
  calculations: z.array(z.object({ aggregates: z.array(z.unknown()).default([]) })).default([]),
});

/** Counting a day takes longer than reading a setting. */
const queryTimeoutMs = 20_000;

const minuteMs = 60_000;
/** A look asks for fewer buckets than that; of a longer reading nothing else is asked again. */
const keptBuckets = 120;
/** Who asks again within this time is told the same: telemetry is quiet when a release begins. */
const settingsForMs = 30_000;
/** Every look finds out anew whether the token may query. */
const permittedForMs = 600_000;

/** How a Worker's telemetry is counted. */
export interface TelemetryOptions {
  /** Whether the release sends probes, which are no requests of visitors. Default: false. */
  readonly leaveOutProbes?: boolean;
  /** Called when the telemetry shows that somebody else has deployed; not where it cannot. */
  readonly onOthers?: () => void;
}

/**
 * Workers Observability for one Worker. What several releases of an account ask at the same time, with the same budget,
 * is asked together. A look takes one request for all requests of visitors, one more for all SLIs that ask for response
 * statuses, one for each latency limit, one for each kind of time that is compared as a whole (more where times are too
 * many for one answer), and one or two for each SLI with filters; each of them once for every 300 buckets (50 minutes at
 * 10 s).
 */
export function cloudflareTelemetry(
  client: Cloudflare,
  worker: WorkerName,
  { leaveOutProbes = false, onOthers = () => undefined }: TelemetryOptions = {},
): Telemetry {
  const { accountId, scriptName } = worker;
  const what = `Reading the telemetry of Worker "${scriptName}"`;
  const question = { what, permission: "Workers Observability Read", timeoutMs: queryTimeoutMs };
  const { pool, permission, groups: known } = sharedBy(client, accountId);
  const settings = new Remembered<string | undefined>();
  const listed = new Map<string, Listed>();
  let leaveOutHops = false;

  // What they find is shared: no look waits for a release that begins.
  const query = <T>(body: TelemetryQuery, shape: z.ZodType<T>): Promise<T> =>
    ask(client, { ...question, urgency: "telemetry" }, shape, (options) =>
      client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
    );

  const count = (subject: Subject, timeframe: Span, part: Part): Promise<Counted> =>
    pool.count(client, { subject, timeframe, part, onOthers });

  /** Whether an answer with so many groups may lack some. Each ray is a group of its own: most often they tell. */
  const mayLack = async (groups: number, { scriptName }: Subject, timeframe: Span): Promise<boolean> => {
    if (!known.mayLack(groups)) return false;
    const { calculations } = await query(raysQuery(scriptName, timeframe), raysAnswer);
    known.learn(calculations.flatMap(({ aggregates }) => aggregates).length);
    return known.mayLack(groups);
  };

  /** An answer with all its groups; undefined when it lacks some. */
  const countAll = async (subject: Subject, asked: Span, part: Part): Promise<Counted | undefined> => {
    const counted = await count(subject, asked, part);
    const { answer, timeframe } = counted;
    const groups = groupsIn(answer);
    if (groups >= maxGroups) return undefined;
    if (counted.isWhole || !(await mayLack(groups, subject, timeframe))) return counted;
    const total = await pool.total(client, [subject], timeframe, part);
    // What has come meanwhile is in the total alone: it is in what is asked after it.
    const whole = addsUpTo(total, answer) ? counted : await count(subject, timeframe, part);
    if (!addsUpTo(total, whole.answer)) return undefined;
    known.learn(groupsIn(whole.answer));
    return whole;
  };

  /**
   * What the buckets that an answer does not list hold by now: events come late into them, too. Undefined where one
   * answer cannot tell.
   */
  const unlistedNow = async (
    subject: Subject,
    span: Span | undefined,
    part: Part,
  ): Promise<Listed | undefined> => {
    if (span === undefined) return new Map();
    const counted = await countAll(subject, timeframeFor(span, pool.obeysGranularity), part);
    if (counted === undefined || otherGrid(counted.answer, span) !== undefined) return undefined;
    return new Map([...listedIn(counted.answer)].filter(([start]) => span.from <= start && start < span.to));
  };

  /** What an answer contradicts itself in is told, and never judged. */
  const checkSums = async (subject: Subject, { answer, timeframe }: Counted, part: Part): Promise<void> => {
    const id = JSON.stringify([subject, part, timeframe.bucketMs]);
    const before = listed.get(id) ?? new Map<number, number>();
    const mismatch = mismatchIn(answer, timeframe, before);
    const late = mismatch && (await unlistedNow(subject, unlistedIn(answer, timeframe), part));
    if (mismatch && !isExplainedBy(late && eventsOf(late), mismatch)) throw doesNotAddUp(what, mismatch);
    const kept = [...before, ...(late ?? [])].filter(([start]) => start >= timeframe.from);
    listed.set(id, new Map([...kept, ...listedIn(answer)].slice(-keptBuckets)));
  };

  const rows = async ({ subject, span, isTight }: Question, part: Part): Promise<readonly Row[]> => {
    const asked = timeframeFor(span, isTight ?? pool.obeysGranularity);
    const counted = await countAll(subject, asked, part);
    if (counted === undefined) {
      const parts = narrowerThan(part);
      if (parts === undefined) return rowsOfEach(narrower({ subject, span }), part);
      const question = { subject, span, ...(isTight && { isTight }) };
      return [...(await rows(question, parts[0])), ...(await rows(question, parts[1]))];
    }
    const { answer, timeframe } = counted;
    const other = otherGrid(answer, span);
    if (other === undefined) {
      await checkSums(subject, counted, part);
      return rowsOf(answer, span);
    }
    pool.obeysGranularity = false;
    if (isAutomatic(timeframe)) throw onOtherGrid(what, other, span);
    return rowsOfEach(inHalves({ subject, span }), part);
  };

  const rowsOfEach = async (narrowed: readonly Question[], part: Part): Promise<readonly Row[]> => {
    if (narrowed.length === 0) throw missingGroups(what);
    const found: Row[] = [];
    for (const question of narrowed) found.push(...(await rows(question, part)));
    return found;
  };

  const allRows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const found: Row[] = [];
    // One after the other: a long release must not spend its part of the API's limit at once.
    for (const piece of pieces(span)) found.push(...(await rows({ subject, span: piece }, part)));
    return found;
  };

  return {
    async read(asked) {
      const subject = { scriptName, versionIds: versionsOf(asked), leaveOutHops, leaveOutProbes };
      const recipes = recipesOf(asked.slis);
      const counted = await Promise.all(
        partsFor(recipes).map(async (part) => [partId(part), await allRows(subject, asked, part)] as const),
      );
      return seriesFrom(asked, recipes, new Map(counted));
    },

    async readiness(slis, urgency = "start") {
      const blindBecause = await settings.get(
        scriptName,
        () => Date.now(),
        () => checkObservability(client, worker, urgency),
        (found) => (found === undefined ? settingsForMs : 0),
      );
      if (blindBecause !== undefined) return { blindBecause, warnings: [] };
      // Whether the token may query shows only in a query. What this one finds does not matter.
      const from = Math.floor(Date.now() / minuteMs) * minuteMs;
      const minute = { from, to: from + minuteMs, bucketMs: minuteMs };
      const nobody = { scriptName, versionIds: ["none"], leaveOutHops, leaveOutProbes };
      // A release waits for all of it before its first split.
      const [ready] = await Promise.all([
        readinessOf(client, worker, (body) => query(body, z.unknown()), slis, urgency),
        permission.get(
          "query",
          () => Date.now(),
          () => query(countQuery([nobody], timeframeFor(minute), allRequests), z.unknown()),
          () => permittedForMs,
        ),
      ]);
      leaveOutHops = ready.leaveOutHops;
      return ready;
    },
  };
}

function versionsOf({ newVersionId, oldVersionId }: SeriesQuery): readonly string[] {
  return oldVersionId === undefined ? [newVersionId] : [newVersionId, oldVersionId];
}

interface Question {
  readonly subject: Subject;
  readonly span: Span;
  readonly isTight?: boolean;
}

/** Questions that together ask the same, each with fewer groups in its answer; none where none has. */
function narrower(question: Question): readonly Question[] {
  const { subject } = question;
  const { versionIds } = subject;
  if (versionIds.length > 1) {
    return versionIds.map((one) => ({ ...question, subject: { ...subject, versionIds: [one] } }));
  }
  return inHalves(question).map((half) => ({ ...half, isTight: true }));
}

function inHalves({ subject, span }: Question): readonly Question[] {
  return halves(span)?.map((half) => ({ subject, span: half })) ?? [];
}
