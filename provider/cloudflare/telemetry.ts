import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError, type SeriesQuery, type Telemetry } from "../rollout/ports";
import { ask } from "./ask";
import { checkObservability } from "./observability";
import type { TelemetryQuery } from "./checks/api";
import type { WorkerName } from "./client";
import { readinessOf } from "./readiness";
import { mayBeCut, otherGrid, rowsOf, type CountAnswer } from "./telemetryAnswer";
import { seriesFrom } from "./telemetryCounts";
import { halves, isAutomatic, pieces, timeframeFor, type Span } from "./telemetryGrid";
import { allRequests, partId, partsFor, recipesOf, type Part } from "./telemetryParts";
import { Remembered } from "./remembered";
import { sharedBy } from "./shared";
import type { Counted } from "./telemetryPool";
import { countQuery, type Subject } from "./telemetryQuery";
import type { Row } from "./telemetryRow";
import { listedIn, mismatchIn, type Listed } from "./telemetrySums";

/** Counting a day takes longer than reading a setting. */
const queryTimeoutMs = 20_000;

const minuteMs = 60_000;
/** A look asks for fewer buckets than that; of a longer reading nothing else is asked again. */
const keptBuckets = 120;
/** Who asks again within this time is told the same: telemetry is quiet when a release begins. */
const settingsForMs = 30_000;
/** Every look finds out anew whether the token may query. */
const permittedForMs = 600_000;

/**
 * Workers Observability for one Worker. What several releases of an account ask at the same time, with the same budget,
 * is asked together. A look takes one request for all requests of visitors, one more for all SLIs that
 * ask for response statuses, one for each latency limit, and one or two for each SLI with filters; each of them once for
 * every 300 buckets (50 minutes at 10 s).
 *
 * @param onOthers called when the telemetry shows that somebody else has deployed; not where it cannot
 */
export function cloudflareTelemetry(
  client: Cloudflare,
  worker: WorkerName,
  onOthers: () => void = () => undefined,
): Telemetry {
  const { accountId, scriptName } = worker;
  const what = `Reading the telemetry of Worker "${scriptName}"`;
  const question = { what, permission: "Workers Observability Read", timeoutMs: queryTimeoutMs };
  const { pool, permission } = sharedBy(client, accountId);
  const settings = new Remembered<string | undefined>();
  const listed = new Map<string, Listed>();
  let leaveOutHops = false;

  // What they find is shared: no look waits for a release that begins.
  const query = (body: TelemetryQuery): Promise<unknown> =>
    ask(client, { ...question, urgency: "telemetry" }, z.unknown(), (options) =>
      client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
    );

  const count = (subject: Subject, timeframe: Span, part: Part): Promise<Counted> =>
    pool.count(client, { subject, timeframe, part, onOthers });

  /** What an answer contradicts itself in is told, and never judged. */
  const checkSums = (answer: CountAnswer, timeframe: Span, id: string): void => {
    const before = listed.get(id) ?? new Map<number, number>();
    const mismatch = mismatchIn(answer, timeframe, before);
    if (mismatch !== undefined) throw doesNotAddUp(what, mismatch);
    const kept = [...before].filter(([start]) => start >= timeframe.from);
    listed.set(id, new Map([...kept, ...listedIn(answer)].slice(-keptBuckets)));
  };

  const rows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const { answer, timeframe } = await count(subject, timeframeFor(span, pool.obeysGranularity), part);
    const other = otherGrid(answer, span);
    if (other === undefined && !mayBeCut(answer)) {
      checkSums(answer, timeframe, JSON.stringify([subject, part, span.bucketMs]));
      return rowsOf(answer, span);
    }
    if (other !== undefined) pool.obeysGranularity = false;
    if (other !== undefined && isAutomatic(timeframe)) throw onOtherGrid(what, other, span);
    const parts = halves(span);
    if (parts === undefined) throw other === undefined ? tooManyGroups(what) : onOtherGrid(what, other, span);
    return [...(await rows(subject, parts[0], part)), ...(await rows(subject, parts[1], part))];
  };

  const allRows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const found: Row[] = [];
    // One after the other: a long release must not spend its part of the API's limit at once.
    for (const piece of pieces(span)) found.push(...(await rows(subject, piece, part)));
    return found;
  };

  return {
    async read(asked) {
      const subject = { scriptName, versionIds: versionsOf(asked), leaveOutHops };
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
      const nothing = { scriptName, versionIds: ["none"], leaveOutHops };
      const ask = (): Promise<unknown> =>
        query(countQuery([nothing], timeframeFor(minute, false), allRequests));
      await permission.get(
        "query",
        () => Date.now(),
        ask,
        () => permittedForMs,
      );
      const ready = await readinessOf(client, worker, query, slis, urgency);
      leaveOutHops = ready.leaveOutHops;
      return ready;
    },
  };
}

function versionsOf({ newVersionId, oldVersionId }: SeriesQuery): readonly string[] {
  return oldVersionId === undefined ? [newVersionId] : [newVersionId, oldVersionId];
}

function tooManyGroups(what: string): PortError {
  return new PortError(
    "unavailable",
    `${what} gave 2000 groups of versions, outcomes and statuses, which is all an answer can hold, even for one bucket.`,
  );
}

function onOtherGrid(what: string, found: string, { bucketMs }: Span): PortError {
  return new PortError(
    "unavailable",
    `${what} was answered with ${found}. Buckets of ${bucketMs / 1000} s that begin at whole multiples of that were asked ` +
      "for, so the counts cannot be placed and are not judged. Run `workers-release doctor` and report what it says.",
  );
}

function doesNotAddUp(
  what: string,
  { series, aggregates }: { series: number; aggregates: number },
): PortError {
  return new PortError(
    "unavailable",
    `${what} gave an answer that contradicts itself: its series adds up to ${Math.round(series)} events, its aggregates ` +
      `to ${Math.round(aggregates)}. It is not judged. If it stays so, run \`workers-release doctor\` and report what it says.`,
  );
}
