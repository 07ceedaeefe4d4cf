import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError, type SeriesQuery, type Telemetry } from "../rollout/ports";
import { ask } from "./ask";
import { checkObservability } from "./observability";
import type { TelemetryQuery } from "./checks/api";
import type { WorkerName } from "./client";
import { readinessOf } from "./readiness";
import { countAnswer, isComplete, otherGrid, rowsOf, type CountAnswer } from "./telemetryAnswer";
import { seriesFrom } from "./telemetryCounts";
import { addsUpTo, groupsIn, KnownGroups } from "./telemetryGroups";
import { halves, isAutomatic, pieces, timeframeFor, type Span } from "./telemetryGrid";
import { narrowerThan } from "./telemetryLatencies";
import { allRequests, partId, partsFor, recipesOf, type Part } from "./telemetryParts";
import { countQuery, raysQuery, maxGroups, type Subject } from "./telemetryQuery";
import type { Row } from "./telemetryRow";
import { listedIn, mismatchIn, type Listed } from "./telemetrySums";
import { doesNotAddUp, missingGroups, onOtherGrid } from "./telemetryTrouble";

const raysAnswer = z.object({
  calculations: z.array(z.object({ aggregates: z.array(z.unknown()).default([]) })).default([]),
});

/** Counting a day takes longer than reading a setting. */
const queryTimeoutMs = 20_000;

const minuteMs = 60_000;

/** How a Worker's telemetry is counted. */
export interface TelemetryOptions {
  /** Whether the release sends probes, which are no requests of visitors. Default: false. */
  readonly leaveOutProbes?: boolean;
}

/**
 * Workers Observability for one Worker. A look takes one request for all requests of visitors, one more for all SLIs that
 * ask for response statuses, one for each latency limit, one for each kind of time that is compared as a whole (more where
 * times are too many for one answer), and one or two for each SLI with filters; each of them once for every 300 buckets
 * (50 minutes at 10 s).
 */
export function cloudflareTelemetry(
  client: Cloudflare,
  worker: WorkerName,
  { leaveOutProbes = false }: TelemetryOptions = {},
): Telemetry {
  const { accountId, scriptName } = worker;
  const what = `Reading the telemetry of Worker "${scriptName}"`;
  const question = { what, permission: "Workers Observability Read", timeoutMs: queryTimeoutMs };
  const listed = new Map<string, Listed>();
  const known = new KnownGroups();
  let leaveOutHops = false;

  const query = <T>(body: TelemetryQuery, shape: z.ZodType<T>): Promise<T> =>
    ask(client, question, shape, (options) =>
      client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
    );

  const count = async (
    subject: Subject,
    timeframe: Span,
    part: Part,
    by?: "groups" | "all",
  ): Promise<CountAnswer> => {
    const answer = await query(countQuery(subject, timeframe, part, by), countAnswer);
    if (isComplete(answer)) return answer;
    throw new PortError("unavailable", `${what} was answered before the query was complete.`);
  };

  /** Whether an answer with so many groups may lack some. Each ray is a group of its own: most often they tell. */
  const mayLack = async (groups: number, { scriptName }: Subject, timeframe: Span): Promise<boolean> => {
    if (!known.mayLack(groups)) return false;
    const { calculations } = await query(raysQuery(scriptName, timeframe), raysAnswer);
    known.learn(calculations.flatMap(({ aggregates }) => aggregates).length);
    return known.mayLack(groups);
  };

  /** An answer with all its groups; undefined when it lacks some. */
  const countAll = async (
    subject: Subject,
    timeframe: Span,
    part: Part,
  ): Promise<CountAnswer | undefined> => {
    const answer = await count(subject, timeframe, part);
    const groups = groupsIn(answer);
    if (groups >= maxGroups) return undefined;
    if (!(await mayLack(groups, subject, timeframe))) return answer;
    const total = await count(subject, timeframe, part, "all");
    // What has come meanwhile is in the total alone: it is in what is asked after it.
    const whole = addsUpTo(total, answer) ? answer : await count(subject, timeframe, part);
    if (!addsUpTo(total, whole)) return undefined;
    known.learn(groupsIn(whole));
    return whole;
  };

  /** What an answer contradicts itself in is told, and never judged. */
  const checkSums = (answer: CountAnswer, timeframe: Span, id: string): void => {
    const before = listed.get(id) ?? new Map<number, number>();
    const mismatch = mismatchIn(answer, timeframe, before);
    if (mismatch !== undefined) throw doesNotAddUp(what, mismatch);
    const kept = [...before].filter(([start]) => start >= timeframe.from);
    listed.set(id, new Map([...kept, ...listedIn(answer)]));
  };

  const rows = async ({ subject, span, isTight }: Question, part: Part): Promise<readonly Row[]> => {
    const timeframe = timeframeFor(span, isTight);
    const answer = await countAll(subject, timeframe, part);
    if (answer === undefined) {
      const parts = narrowerThan(part);
      if (parts === undefined) return rowsOfEach(narrower({ subject, span }), part);
      const question = { subject, span, ...(isTight && { isTight }) };
      return [...(await rows(question, parts[0])), ...(await rows(question, parts[1]))];
    }
    const other = otherGrid(answer, span);
    if (other === undefined) {
      checkSums(answer, timeframe, JSON.stringify([subject, part, span.bucketMs]));
      return rowsOf(answer, span);
    }
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

    async readiness(slis) {
      const blindBecause = await checkObservability(client, worker);
      if (blindBecause !== undefined) return { blindBecause, warnings: [] };
      // Whether the token may query shows only in a query. What this one finds does not matter.
      const from = Math.floor(Date.now() / minuteMs) * minuteMs;
      const minute = { from, to: from + minuteMs, bucketMs: minuteMs };
      const nobody = { scriptName, versionIds: ["none"], leaveOutHops, leaveOutProbes };
      await count(nobody, timeframeFor(minute), allRequests);
      const ready = await readinessOf(client, worker, (body) => query(body, z.unknown()), slis);
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
