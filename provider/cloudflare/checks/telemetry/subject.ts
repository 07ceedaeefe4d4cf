import { z } from "zod";
import { cells, countAnswer, field, groupValue, read, rowsAnswer, type Row } from "../answer";
import type { Api, Reply, TelemetryQuery } from "../api";
import type { Look } from "../look";
import { countQuery, invocationsOf, isInvocation, keys, rowsQuery, type Timeframe } from "../query";
import { spanAround } from "../span";

/** A look with what only the doctor has. */
export interface DoctorLook extends Look {
  readonly accountId: string;
  /** Some of the invocations of the span, the newest first. */
  readonly rows: readonly Row[];
  /** Sends a telemetry query that may be refused. */
  readonly send: (query: TelemetryQuery | object) => Promise<Reply>;
  /** Asks for the fields of rows. */
  readonly sendKeys: (body: unknown) => Promise<Reply>;
  readonly graphql: (query: string, variables: object) => Promise<Reply>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Time as the checks see it. */
export interface Time {
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

const hourMs = 3_600_000;
/** What is older than this has arrived. */
const settledMs = 90_000;
const rowsLookedAt = 100;
/** Fewer settled ones than this, and those that still arrive are looked at too. */
const enoughRows = 20;

/**
 * Chooses what the checks look at: the newest invocations of a Worker within an hour; undefined without any.
 * @throws {PortError} when the telemetry cannot be asked
 */
export async function lookAt(api: Api, scriptName: string, time: Time): Promise<DoctorLook | undefined> {
  const now = time.now();
  const newest = async (to: number): Promise<readonly Row[]> => {
    const query = rowsQuery({ from: now - hourMs, to }, invocationsOf(scriptName), rowsLookedAt);
    return read(rowsAnswer, await api.ask(query)).events?.events ?? [];
  };
  const settled = await newest(now - settledMs);
  const rows = settled.length >= enoughRows ? settled : await newest(now + 60_000);
  const span = spanAround(rows.map(({ timestamp }) => timestamp));
  if (span === undefined) return undefined;
  const telemetry = `/accounts/${encodeURIComponent(api.accountId)}/workers/observability/telemetry`;
  return {
    ...time,
    accountId: api.accountId,
    ask: api.ask,
    scriptName,
    span,
    rows,
    send: (query) => api.send("post", `${telemetry}/query`, query),
    sendKeys: (body) => api.send("post", `${telemetry}/keys`, body),
    graphql: (query, variables) => api.send("post", "/graphql", { query, variables }),
  };
}

/**
 * The Worker with the most invocations in the last hour; undefined without any.
 * @throws {PortError} when the telemetry cannot be asked
 */
export async function busiestWorker(api: Api, now: number): Promise<string | undefined> {
  const timeframe: Timeframe = { from: now - hourMs, to: now };
  const answer = await api.ask(countQuery({ timeframe, filters: [isInvocation], by: [keys.service] }));
  const [busiest] = cells(read(countAnswer, answer)).toSorted((a, b) => b.value - a.value);
  return busiest && groupValue(busiest, keys.service);
}

const visit = z.object({ eventType: z.literal("fetch"), executionModel: z.literal("stateless") });

/** True for a request that a visitor made. */
export function isVisitRow(row: Row): boolean {
  return visit.safeParse(row.$workers).success && field(row, keys.type) === "cf-worker-event";
}
