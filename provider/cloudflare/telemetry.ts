import type Cloudflare from "cloudflare";
import { PortError, type SeriesQuery, type Telemetry } from "../rollout/ports";
import { ask } from "./ask";
import { observabilitySettings, reasonForBlindness } from "./blindness";
import type { WorkerName } from "./client";
import { countAnswer, isComplete, mayBeCut, rowsOf, type CountAnswer } from "./telemetryAnswer";
import { seriesFrom } from "./telemetryCounts";
import { partId, partsFor, recipesOf, type Part } from "./telemetryParts";
import type { Row } from "./telemetryRow";
import { countQuery, halves, pieces, type Span, type Subject } from "./telemetryQuery";

/** Counting a day takes longer than reading a setting. */
const queryPatienceMs = 20_000;

/**
 * Workers Observability for one Worker. A look takes one request for the invocations, one more for all SLIs that ask
 * for response statuses, one for each latency limit, and one or two for each SLI with filters; each of them once for
 * every 300 buckets (50 minutes at 10 s), and more often only where so many versions, outcomes and statuses meet that
 * an answer is cut.
 */
export function cloudflareTelemetry(client: Cloudflare, { accountId, scriptName }: WorkerName): Telemetry {
  // That a query needs "Write" is what users report; it was not tried on a real account.
  const permissionFor = { settings: "Workers Scripts Read", query: "Workers Observability Write" };

  const count = async (subject: Subject, span: Span, part: Part): Promise<CountAnswer> => {
    const what = `Reading the telemetry of Worker "${scriptName}"`;
    const question = { what, permission: permissionFor.query, patienceMs: queryPatienceMs };
    const answer = await ask(client, question, countAnswer, (options) =>
      client.workers.observability.telemetry.query(
        { account_id: accountId, ...countQuery(subject, span, part) },
        options,
      ),
    );
    if (isComplete(answer)) return answer;
    throw new PortError("unavailable", `${what} was answered before the query was complete.`);
  };

  const rows = async (subject: Subject, span: Span, part: Part): Promise<readonly Row[]> => {
    const answer = await count(subject, span, part);
    if (!mayBeCut(answer)) return rowsOf(answer, span);
    const parts = halves(span);
    if (parts === undefined) throw tooManyRows(scriptName);
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
      const subject = { scriptName, versionIds: versionsOf(query) };
      const recipes = recipesOf(query.slis);
      const counted = await Promise.all(
        partsFor(recipes).map(async (part) => [partId(part), await allRows(subject, query, part)] as const),
      );
      return seriesFrom(query, recipes, new Map(counted));
    },

    async blindness() {
      const question = {
        what: `Reading the settings of Worker "${scriptName}"`,
        permission: permissionFor.settings,
      };
      const settings = await ask(client, question, observabilitySettings, (options) =>
        client.workers.scripts.settings.get(scriptName, { account_id: accountId }, options),
      );
      const reason = reasonForBlindness(scriptName, settings);
      if (reason !== undefined) return reason;
      // Only a query shows whether the token may query; what it finds does not matter.
      const now = Date.now();
      const lastMinute = { from: now - 60_000, to: now, bucketMs: 60_000 };
      await count({ scriptName, versionIds: ["none"] }, lastMinute, { kind: "invocations" });
      return undefined;
    },
  };
}

function versionsOf({ newVersionId, oldVersionId }: SeriesQuery): readonly string[] {
  return oldVersionId === undefined ? [newVersionId] : [newVersionId, oldVersionId];
}

function tooManyRows(scriptName: string): PortError {
  return new PortError(
    "unavailable",
    `Reading the telemetry of Worker "${scriptName}" gave more groups than an answer can hold, even for one bucket.`,
  );
}
