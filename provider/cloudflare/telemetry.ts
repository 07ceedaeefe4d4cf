import type Cloudflare from "cloudflare";
import { PortError, type SeriesQuery, type Telemetry } from "../rollout/ports";
import { ask } from "./ask";
import { observabilitySettings, reasonForBlindness } from "./blindness";
import type { WorkerName } from "./client";
import { countAnswer, isComplete, mayBeCut, otherGrid, rowsOf, type CountAnswer } from "./telemetryAnswer";
import { seriesFrom } from "./telemetryCounts";
import { halves, isAutomatic, pieces, timeframeFor, type Span } from "./telemetryGrid";
import { partId, partsFor, recipesOf, type Part } from "./telemetryParts";
import { countQuery, type Subject } from "./telemetryQuery";
import type { Row } from "./telemetryRow";
import { listedIn, mismatchIn, type Listed } from "./telemetrySums";

/** Counting a day takes longer than reading a setting. */
const queryPatienceMs = 20_000;

/**
 * Workers Observability for one Worker. A look takes one request for all requests of visitors, one more for all SLIs that
 * ask for response statuses, one for each latency limit, and one or two for each SLI with filters; each of them once for
 * every 300 buckets (50 minutes at 10 s).
 */
export function cloudflareTelemetry(client: Cloudflare, { accountId, scriptName }: WorkerName): Telemetry {
  const permissionFor = {
    settings: "Workers Scripts Read",
    query: "Workers Observability Read",
  };
  const what = `Reading the telemetry of Worker "${scriptName}"`;
  const listed = new Map<string, Listed>();

  const count = async (subject: Subject, timeframe: Span, part: Part): Promise<CountAnswer> => {
    const question = { what, permission: permissionFor.query, patienceMs: queryPatienceMs };
    const answer = await ask(client, question, countAnswer, (options) =>
      client.workers.observability.telemetry.query(
        { account_id: accountId, ...countQuery(subject, timeframe, part) },
        options,
      ),
    );
    if (isComplete(answer)) return answer;
    throw new PortError("unavailable", `${what} was answered before the query was complete.`);
  };

  /** What an answer contradicts itself in is told, and never judged. */
  const checkSums = (answer: CountAnswer, timeframe: Span, question: string): void => {
    const before = listed.get(question) ?? new Map<number, number>();
    const mismatch = mismatchIn(answer, timeframe, before);
    if (mismatch !== undefined) throw doesNotAddUp(what, mismatch);
    const kept = [...before].filter(([start]) => start >= timeframe.from);
    listed.set(question, new Map([...kept, ...listedIn(answer)]));
  };

  const rows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const timeframe = timeframeFor(span);
    const answer = await count(subject, timeframe, part);
    const other = otherGrid(answer, span);
    if (other === undefined && !mayBeCut(answer)) {
      checkSums(answer, timeframe, JSON.stringify([subject, part, span.bucketMs]));
      return rowsOf(answer, span);
    }
    if (other !== undefined && isAutomatic(timeframe)) throw onOtherGrid(what, other, span);
    const parts = halves(span);
    if (parts === undefined) throw tooManyGroups(what);
    return [...(await rows(subject, parts[0], part)), ...(await rows(subject, parts[1], part))];
  };

  const allRows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const found: Row[] = [];
    // One after the other: a long release must not spend its part of the API's limit at once.
    for (const piece of pieces(span)) found.push(...(await rows(subject, piece, part)));
    return found;
  };

  return {
    async read(query) {
      const subject = { scriptName, versionIds: versionsOf(query), leaveOutHops: false };
      const recipes = recipesOf(query.slis);
      const counted = await Promise.all(
        partsFor(recipes).map(async (part) => [partId(part), await allRows(subject, query, part)] as const),
      );
      return seriesFrom(query, recipes, new Map(counted));
    },

    async readiness() {
      const question = {
        what: `Reading the settings of Worker "${scriptName}"`,
        permission: permissionFor.settings,
      };
      const settings = await ask(client, question, observabilitySettings, (options) =>
        client.workers.scripts.settings.get(scriptName, { account_id: accountId }, options),
      );
      return { blindBecause: reasonForBlindness(scriptName, settings), warnings: [] };
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
