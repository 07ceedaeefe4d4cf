import type Cloudflare from "cloudflare";
import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import type { Budget } from "../../../provider/cloudflare/budget/budget";
import { cloudflareClient } from "../../../provider/cloudflare/client";

/** A row of telemetry. */
export interface LiveRow {
  /** When it happened, and when queries begin to find it, in epoch milliseconds. */
  readonly at: number;
  readonly foundAt: number;
  readonly fields: Readonly<Record<string, string | number>>;
  /** How many it stands for, where the account samples. Default: 1. */
  readonly sampleInterval?: number;
}

/**
 * What of the live API nobody could say without an account. A client must count right whichever way it is. The first of
 * each is what recordings and their readers suggest.
 */
export interface Unknowns {
  /** What becomes of the buckets that are not listed: only the series lacks them; the sums do too; or all are listed. */
  readonly firstBuckets: "unlisted" | "lost" | "listed";
  /** Whether the query's `granularity` is the number of buckets, or is ignored. */
  readonly granularity: "obeyed" | "ignored";
  /** Whether `count` is an estimate of all events, or the number of those stored. */
  readonly count: "estimate" | "stored";
  /** How many groups an answer holds at most, the largest: one user met ten, others had 2000. */
  readonly mostGroups: number;
}

export const suggested: Unknowns = {
  firstBuckets: "unlisted",
  granularity: "obeyed",
  count: "estimate",
  mostGroups: 2000,
};

type Query = Omit<TelemetryQueryParams, "account_id">;
type Filter = NonNullable<NonNullable<Query["parameters"]>["filters"]>[number];

/** A client whose telemetry queries `answer` answers with their result. */
export function clientAnsweredBy(answer: (query: Query) => unknown, budget?: Budget): Cloudflare {
  const fetch = (_url: unknown, init?: { body?: unknown }): Promise<Response> => {
    const result = answer(JSON.parse(String(init?.body)) as Query);
    return Promise.resolve(Response.json({ success: true, errors: [], messages: [], result }));
  };
  return cloudflareClient(
    { apiToken: "any", baseUrl: "http://live/client/v4" },
    { fetch, ...(budget && { budget }) },
  );
}

const mostGroups = 2000;

/** The telemetry query as the live API answers it: buckets, groups and sums. */
export class LiveTelemetry {
  readonly asked: Query[] = [];
  /** Rows that the sums of an answer hold and its series lacks, for no reason. */
  readonly missed = new Set<LiveRow>();

  constructor(
    readonly rows: LiveRow[],
    readonly now: () => number,
    readonly unknowns: Unknowns = suggested,
  ) {}

  /** A client whose requests this answers. */
  client(budget?: Budget): Cloudflare {
    return clientAnsweredBy((query) => {
      this.asked.push(query);
      return this.answer(query);
    }, budget);
  }

  private answer({ timeframe, granularity, parameters, view, limit }: Query): unknown {
    const { from, to } = timeframe;
    const found = this.rows.filter(
      (row) =>
        from <= row.at && row.at < to && row.foundAt <= this.now() && passes(row, parameters?.filters ?? []),
    );
    if (view === "events") return { events: { events: found.reverse().slice(0, limit).map(asEvent) } };
    const keys = (parameters?.groupBys ?? []).map(({ value }) => value);
    const grouped = Map.groupBy(
      found.filter(({ fields }) => keys.every((key) => key in fields)),
      ({ fields }) => JSON.stringify(keys.map((key) => fields[key])),
    );
    // An answer holds so many groups, and says nothing of the others.
    const complete = [...grouped.values()].slice(0, mostGroups).flat();
    const ms = lengthOf(to - from, this.unknowns.granularity === "obeyed" ? granularity : undefined);
    const first =
      this.unknowns.firstBuckets === "listed" ? Math.floor(from / ms) * ms : firstListed(from, ms);
    const counted =
      this.unknowns.firstBuckets === "lost" ? complete.filter(({ at }) => at >= first) : complete;
    const starts = Array.from(
      { length: Math.max(0, Math.ceil((to - first) / ms)) },
      (_, i) => first + i * ms,
    );
    const held = this.inGroups(complete, keys);
    const listed = [...held].filter((row) => !this.missed.has(row));
    const inBucket = Map.groupBy(listed, ({ at }) => Math.floor(at / ms) * ms);
    const cells = (rows: readonly LiveRow[]): unknown[] => this.cells(rows, keys);
    const series = starts.map((start) => ({ time: textOf(start), data: cells(inBucket.get(start) ?? []) }));
    const statistics = { elapsed: 0.1, rows_read: found.length, bytes_read: 0, abr_level: 1 };
    return {
      run: { status: "COMPLETED", granularity: ms, statistics },
      calculations: [
        { calculation: "count", aggregates: cells(counted.filter((row) => held.has(row))), series },
      ],
      statistics,
    };
  }

  /** The rows of the groups that an answer holds. */
  private inGroups(rows: readonly LiveRow[], keys: readonly string[]): ReadonlySet<LiveRow> {
    const groups = Map.groupBy(rows, ({ fields }) => JSON.stringify(keys.map((key) => fields[key])));
    const largest = [...groups.values()].sort((a, b) => b.length - a.length);
    return new Set(largest.slice(0, this.unknowns.mostGroups).flat());
  }

  private cells(rows: readonly LiveRow[], keys: readonly string[]): unknown[] {
    const groups = Map.groupBy(rows, ({ fields }) => JSON.stringify(keys.map((key) => fields[key])));
    return [...groups].map(([groupKey, members]) => {
      const value = members.reduce((sum, { sampleInterval = 1 }) => sum + sampleInterval, 0);
      const sampleInterval = value / members.length;
      const count = this.unknowns.count === "estimate" ? value : members.length;
      const named = keys.map((key) => ({ key, value: members[0]?.fields[key] }));
      return { value, count, interval: sampleInterval, sampleInterval, groups: named, groupKey };
    });
  }
}

/** A row as the view of events shows it: its own fields are in `source`. */
function asEvent({ at, fields }: LiveRow): unknown {
  const event: Record<string, unknown> = { timestamp: at };
  for (const [key, value] of Object.entries(fields)) {
    const names = (key.startsWith("$") ? key : `source.${key}`).split(".");
    const last = names.pop() ?? "";
    let part = event;
    for (const name of names) part = (part[name] ??= {}) as Record<string, unknown>;
    part[last] = value;
  }
  return event;
}

/** Explicit or automatic, a bucket has whole seconds. */
function lengthOf(span: number, buckets = 60): number {
  return Math.max(1, Math.ceil(span / buckets / 1000)) * 1000;
}

/** The bucket that holds `from` is not listed, nor the next one. */
function firstListed(from: number, ms: number): number {
  return Math.ceil(from / ms) * ms + ms;
}

function textOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace("T", " ");
}

function passes(row: LiveRow, filters: readonly Filter[]): boolean {
  return filters.every((filter) => passesOne(row, filter));
}

function passesOne(row: LiveRow, filter: Filter): boolean {
  if (!("key" in filter)) {
    const members = filter.filters as Filter[];
    const holds = (one: Filter): boolean => passesOne(row, one);
    return filter.filterCombination.toLowerCase() === "or" ? members.some(holds) : members.every(holds);
  }
  const { key, operation, value } = filter;
  const found = row.fields[key];
  if (operation === "is_null") return found === undefined;
  // Whether `neq` and `not_in` are true of a row that lacks the field is not known. Here they are not.
  if (found === undefined) return false;
  const isIn = (): boolean => String(value).split(",").includes(String(found));
  switch (operation) {
    case "exists":
      return true;
    case "eq":
      return found === value;
    case "neq":
      return found !== value;
    case "in":
      return isIn();
    case "not_in":
      return !isIn();
    case "gt":
      return Number(found) > Number(value);
    case "gte":
      return Number(found) >= Number(value);
    case "lte":
      return Number(found) <= Number(value);
    default:
      throw new Error(`the model does not know ${operation}`);
  }
}

let visits = 0;

/** One request of a visitor, as a row. */
export function visit(
  versionId: string,
  at: number,
  { foundAt = at, ...fields }: Partial<LiveRow["fields"]> & { foundAt?: number } = {},
): LiveRow {
  return {
    at,
    foundAt,
    fields: {
      "$metadata.service": "checkout",
      "$metadata.type": "cf-worker-event",
      "$metadata.rayId": (visits += 1).toString(16).padStart(16, "0"),
      "$workers.eventType": "fetch",
      "$workers.executionModel": "stateless",
      "$workers.scriptVersion.id": versionId,
      "$workers.outcome": "ok",
      "$workers.event.response.status": 200,
      "$workers.wallTimeMs": 10,
      ...fields,
    },
  };
}
