import { sql, type Sql } from "../telemetry/sql";

/** The scalar that a dimension has in Cloudflare's schema. */
export type DimensionType = "string" | "Time" | "Date" | "uint8";

/** What invocations can be grouped and filtered by. */
interface Dimension {
  readonly type: DimensionType;
  readonly description: string;
  /** A text, a number for `uint8`, and epoch seconds for `Time`. `t` is a tally and `s` its series. */
  readonly expression: Sql;
}

const MINUTE = 60;

/** The dimensions of `workersInvocationsAdaptive` that are emulated, in the order of Cloudflare's schema. */
export const DIMENSIONS = {
  cacheStatus: text("Empty: the local edge has no Workers Cache", sql`''`),
  coloCode: text("The location that served the request", sql`s.colo_code`),
  date: {
    type: "Date",
    description: "The day when the invocation began, in UTC",
    expression: sql`strftime('%Y-%m-%d', t.second, 'unixepoch')`,
  },
  datetime: time("The second when the invocation began", sql`t.second`),
  datetimeFifteenMinutes: truncated(15 * MINUTE, "fifteen minutes"),
  datetimeFiveMinutes: truncated(5 * MINUTE, "five minutes"),
  datetimeHour: truncated(60 * MINUTE, "the hour"),
  datetimeMinute: truncated(MINUTE, "the minute"),
  dispatchNamespaceName: text("Empty: the local edge has no Workers for Platforms", sql`''`),
  environmentName: text("The environment of the script; there is one", sql`'production'`),
  isDispatcher: no("Whether the script dispatches to others"),
  isPreview: no("Whether it was called at a preview URL"),
  previewSlug: text("Empty: nothing is called at a preview URL here", sql`''`),
  scriptName: text("The name of the script", sql`s.script_name`),
  scriptTag: text("The immutable id of the script", sql`s.script_tag`),
  scriptVersion: text("The id of the version", sql`s.version_id`),
  status: text("How the invocation ended; `success` also for an HTTP status of 400 and more", sql`s.status`),
  usageModel: text("The usage model of the version", sql`s.usage_model`),
} satisfies Record<string, Dimension>;

/** The name of a dimension. */
export type DimensionName = keyof typeof DIMENSIONS;

/** The names of all dimensions. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as DimensionName[];

function text(description: string, expression: Sql): Dimension {
  return { type: "string", description, expression };
}

function time(description: string, expression: Sql): Dimension {
  return { type: "Time", description, expression };
}

function truncated(seconds: number, what: string): Dimension {
  return time(`When the invocation began, truncated to ${what}`, sql`t.second - t.second % ${seconds}`);
}

/** What nothing is here. */
function no(description: string): Dimension {
  return { type: "uint8", description: `${description}: never here`, expression: sql`0` };
}
