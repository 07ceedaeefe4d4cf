import type { TelemetryQuery } from "../../provider/cloudflare/checks/api";
import type { Look } from "../../provider/cloudflare/checks/look";

/** How the live telemetry may turn out to behave, where nobody knows for sure. The defaults are what is assumed. */
export interface Behaviour {
  /** What becomes of the bucket that holds `from` and the next one. */
  readonly firstBuckets?: "lost" | "folded" | "listed";
  readonly grid?: "epoch multiples" | "span";
  /** What `run.granularity` says. */
  readonly granularity?: "ms" | "number" | "absent";
  /** Whether the number of buckets that is asked for counts; else there are 60. */
  readonly buckets?: "as asked" | "60" | "too long";
  readonly gt?: "works" | "finds nothing";
  /** What `is_null` matches. */
  readonly isNull?: "rows without the field" | "nothing";
  /** Whether rows have groups by numbers that are no statuses. */
  readonly timeGroups?: "work" | "are empty";
  readonly missingGroup?: "left out" | "kept";
  readonly comma?: "list" | "text";
  readonly count?: "estimate" | "stored";
  /** The most groups, whatever is asked for. */
  readonly cap?: number;
}

/** One invocation; what it has by the names of filters. */
export interface Stored {
  readonly timestamp: number;
  readonly fields: Readonly<Record<string, string | number>>;
  /** How many it stands for. */
  readonly sampleInterval?: number;
}

/** Invocations of the Worker "shop", `apartMs` milliseconds apart; `fields` differ from an ordinary visit's. */
export function visits(
  from: number,
  number: number,
  apartMs: number,
  fields: Stored["fields"] = {},
): Stored[] {
  return Array.from({ length: number }, (_, i) => ({
    timestamp: from + i * apartMs,
    fields: {
      "$metadata.type": "cf-worker-event",
      "$metadata.service": "shop",
      "$metadata.requestId": `request ${i}`,
      "$workers.scriptVersion.id": i % 2 === 0 ? "v1" : "v2",
      "$workers.outcome": "ok",
      "$workers.eventType": "fetch",
      "$workers.executionModel": "stateless",
      "$workers.wallTimeMs": i,
      "$workers.cpuTimeMs": 0,
      ...fields,
    },
  }));
}

/** Looks at a span of a telemetry that behaves like this. */
export function lookAt(rows: readonly Stored[], span: Look["span"], behaviour: Behaviour = {}): Look {
  return {
    ask: (query) => Promise.resolve(answer(rows, query, behaviour)),
    scriptName: "shop",
    span,
    pause: () => Promise.resolve(),
  };
}

/** Answers a query that counts. */
export function answer(rows: readonly Stored[], query: TelemetryQuery, behaviour: Behaviour = {}): unknown {
  const { from, to } = query.timeframe;
  const { filters = [], groupBys = [], limit = 10 } = query.parameters ?? {};
  const by = groupBys.map(({ value }) => value);
  const found = rows.filter(
    (row) =>
      from <= row.timestamp &&
      row.timestamp < to &&
      filters.every((filter) => passes(row, filter as Leaf, behaviour)) &&
      (behaviour.timeGroups !== "are empty" || !by.some((key) => key.endsWith("TimeMs"))) &&
      (behaviour.missingGroup === "kept" || by.every((key) => row.fields[key] !== undefined)),
  );
  const most = Math.min(limit, behaviour.cap ?? limit);
  const statistics = { elapsed: 0.1, rows_read: 1, bytes_read: 1, abr_level: 1 };
  const number = behaviour.buckets === "60" ? 60 : (query.granularity ?? 60);
  const ms = Math.ceil((to - from) / number / 1000) * (behaviour.buckets === "too long" ? 3000 : 1000);
  const said = { ms, number, absent: undefined }[behaviour.granularity ?? "ms"];
  return {
    run: {
      status: "COMPLETED",
      timeframe: { from, to },
      statistics,
      ...(said !== undefined && { granularity: said }),
    },
    statistics,
    calculations: [
      {
        calculation: "count",
        aggregates: grouped(found, by, behaviour).slice(0, most),
        series: query.ignoreSeries ? [] : series(found, from, to, ms, by, behaviour),
      },
    ],
  };
}

interface Leaf {
  readonly key: string;
  readonly operation: string;
  readonly value?: string | number;
}

function passes({ fields }: Stored, { key, operation, value }: Leaf, behaviour: Behaviour): boolean {
  const field = fields[key];
  switch (operation) {
    case "eq":
      return field === value;
    case "gt":
      return behaviour.gt !== "finds nothing" && field !== undefined && field > (value ?? 0);
    case "lte":
      return field !== undefined && field <= (value ?? 0);
    case "in":
      return (behaviour.comma === "text" ? [value] : String(value).split(",")).includes(String(field));
    case "exists":
      return field !== undefined;
    case "is_null":
      return behaviour.isNull !== "nothing" && field === undefined;
    default:
      throw new Error(`${operation} is not played here`);
  }
}

function grouped(rows: readonly Stored[], by: readonly string[], behaviour: Behaviour) {
  const groups = new Map<string, Stored[]>();
  for (const row of rows) {
    const name = JSON.stringify(by.map((key) => row.fields[key]));
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map((members) => {
    const value = members.reduce((sum, { sampleInterval = 1 }) => sum + sampleInterval, 0);
    return {
      value,
      count: behaviour.count === "stored" ? members.length : value,
      sampleInterval: value / members.length,
      groups: by.flatMap((key) => {
        const value = members[0]?.fields[key];
        return value === undefined ? [] : [{ key, value }];
      }),
    };
  });
}

function series(
  rows: readonly Stored[],
  from: number,
  to: number,
  ms: number,
  by: readonly string[],
  behaviour: Behaviour,
) {
  const offset = behaviour.grid === "span" ? from % ms : 0;
  const startOf = (time: number): number => Math.floor((time - offset) / ms) * ms + offset;
  const first = startOf(from);
  const listed = behaviour.firstBuckets === "listed" ? first : first + 2 * ms;
  const place = (time: number): number =>
    behaviour.firstBuckets === "folded" ? Math.max(listed, startOf(time)) : startOf(time);
  const starts = Array.from(
    { length: Math.max(0, Math.ceil((to - listed) / ms)) },
    (_, i) => listed + i * ms,
  );
  return starts.map((start) => ({
    time: new Date(start).toISOString().slice(0, 19).replace("T", " "),
    data: grouped(
      rows.filter(({ timestamp }) => place(timestamp) === start),
      by,
      behaviour,
    ),
  }));
}
