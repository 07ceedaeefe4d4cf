import { z } from "zod";
import { checked } from "../api/checked";
import { ApiError } from "../api/error";
import { calculationNamed, OPERATORS, type Calculation, type Operator } from "./calculations";
import {
  members,
  OPERATIONS,
  TEXT_OPERATIONS,
  UNARY_OPERATIONS,
  type Filter,
  type FilterLeaf,
  type Needle,
  type Operation,
} from "./filters";
import { toRegExp } from "./pattern";
import { coerce } from "./types";

/** The views of a query that are emulated. */
export const VIEWS = ["calculations", "events", "invocations"] as const;

const CHART_TYPES = ["timeseries_and_aggregate", "timeseries", "aggregate"] as const;

/** The most rows, groups or values of one answer, as in Cloudflare's API. */
export const MOST_ROWS = 2000;

/** Cloudflare documents no code for a telemetry query it refuses; this one is ours. */
const BAD_QUERY = 10400;

const DEEPEST_GROUP = 4;
// SQLite takes an expression 1000 deep and 32766 values a statement; these stay well within.
const MOST_FILTERS = 500;
const MOST_CALCULATIONS = 50;
const MOST_GROUPBYS = 16;
const MOST_BUCKETS = 10_000;

const primitive = z.union([z.string(), z.number(), z.boolean()]);
const valueType = z.enum(["string", "number", "boolean"]);
const rows = z.number().int().min(0).max(MOST_ROWS).optional();
const epochMs = z.number().int().min(0).max(8.64e15);

const OPERATION_SPELLINGS: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(OPERATIONS.map((operation) => [operation, operation])),
  ...{ "=": "eq", "!=": "neq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte" },
  ...{ INCLUDES: "includes", DOES_NOT_INCLUDE: "not_includes", MATCH_REGEX: "regex" },
  ...{ EXISTS: "exists", DOES_NOT_EXIST: "is_null", IN: "in", NOT_IN: "not_in" },
  ...{ STARTS_WITH: "starts_with", ENDS_WITH: "ends_with" },
};

const OPERATOR_SPELLINGS: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(OPERATORS.map((operator) => [operator, operator])),
  ...Object.fromEntries(OPERATORS.map((operator) => [operator.toUpperCase(), operator])),
  COUNT_DISTINCT: "uniq",
};

/** One of the names of `spellings`, read as what it stands for. */
function spelled<T extends string>(spellings: Readonly<Record<string, T>>): z.ZodType<T> {
  return z.enum(Object.keys(spellings)).transform((name) => spellings[name] as T);
}

/** One of `names`; what Cloudflare knows besides is refused by its name. */
function emulated<T extends string>(names: readonly T[], what: string): z.ZodType<T, string> {
  return z
    .string()
    .refine((name) => (names as readonly string[]).includes(name), {
      error: (issue) =>
        `"${String(issue.input)}" is not emulated; the ${what} emulated are ${names.join(", ")}`,
    })
    .transform((name) => name as T);
}

const combination = z
  .enum(["and", "or", "AND", "OR"])
  .transform((name) => (/and/i.test(name) ? "and" : "or"));

const leaf = z
  .object({
    kind: z.literal("filter"),
    key: z.string().min(1),
    operation: spelled(OPERATION_SPELLINGS),
    type: valueType,
    value: primitive.optional(),
  })
  .superRefine((filter, context) => {
    const fault = faultOf(filter);
    if (fault !== undefined) context.addIssue({ code: "custom", path: [fault.at], message: fault.is });
  });

/** A filter that may hold groups `depth` deep. What has no `kind` is a comparison. */
function filterOfDepth(depth: number): z.ZodType<Filter> {
  const group = z.object({
    kind: z.literal("group"),
    filterCombination: combination,
    filters: z.array(depth > 1 ? filterOfDepth(depth - 1) : onlyLeaf),
  });
  return z.preprocess(withKind, z.discriminatedUnion("kind", [leaf, group]));
}

const onlyLeaf: z.ZodType<Filter> = z.preprocess((value, context) => {
  const filter = withKind(value);
  if (isObject(filter) && filter["kind"] === "group")
    context.addIssue({ code: "custom", message: `is a group nested deeper than ${DEEPEST_GROUP}` });
  return filter;
}, leaf);

const filters = z
  .array(filterOfDepth(DEEPEST_GROUP))
  .optional()
  .refine((list) => countLeaves(list ?? []) <= MOST_FILTERS, `has more than ${MOST_FILTERS} filters in all`);

const needle = z
  .object({ value: primitive, isRegex: z.boolean().optional(), matchCase: z.boolean().optional() })
  .superRefine((wanted: Needle, context) => {
    const fault = wanted.isRegex ? faultOfPattern(String(wanted.value)) : undefined;
    if (fault !== undefined) context.addIssue({ code: "custom", path: ["value"], message: fault });
  })
  .optional();

const calculation = z
  .object({
    operator: spelled(OPERATOR_SPELLINGS),
    key: z.string().min(1).optional(),
    keyType: valueType.optional(),
    alias: z.string().optional(),
  })
  .superRefine((given: Calculation, context) => {
    const { operator, key, keyType } = given;
    if (operator === "count") return;
    if (key === undefined)
      context.addIssue({ code: "custom", path: ["key"], message: `is missing; ${operator} needs a field` });
    if (keyType === "string" && operator !== "uniq")
      context.addIssue({
        code: "custom",
        path: ["keyType"],
        message: `is "string", but ${operator} calculates with numbers or booleans; for text there are count and uniq`,
      });
  });

const parameters = z
  .object({
    datasets: z.array(z.string()).optional(),
    filterCombination: combination.optional(),
    filters,
    needle,
    calculations: z.array(calculation).max(MOST_CALCULATIONS).optional(),
    groupBys: z
      .array(z.object({ type: valueType, value: z.string().min(1) }))
      .max(MOST_GROUPBYS)
      .optional(),
    havings: z
      .array(
        z.object({
          key: z.string(),
          operation: z.enum(["eq", "neq", "gt", "gte", "lt", "lte"]),
          value: z.number(),
        }),
      )
      .max(MOST_CALCULATIONS)
      .optional(),
    orderBy: z.object({ value: z.string(), order: z.enum(["asc", "desc"]).optional() }).optional(),
    limit: rows,
  })
  .superRefine(({ calculations = [], havings = [], orderBy }, context) => {
    const check = (name: string, ...path: (string | number)[]): void => {
      if (calculationNamed(name, calculations)) return;
      const known = calculations.map((each) => each.alias ?? each.operator).join(", ") || "there is none";
      context.addIssue({ code: "custom", path, message: `"${name}" is none of the calculations (${known})` });
    };
    havings.forEach((having, i) => {
      check(having.key, "havings", i, "key");
    });
    if (orderBy) check(orderBy.value, "orderBy", "value");
  });

const timeframe = z
  .object({ from: epochMs, to: epochMs })
  .refine(({ from, to }) => from < to, "starts when it ends or later; from must be earlier than to");

const querySchema = z
  .object({
    queryId: z.string(),
    timeframe,
    view: emulated(VIEWS, "views").default("calculations"),
    parameters: parameters.optional(),
    limit: rows,
    offset: z
      .string()
      .regex(/^\d+-\d+$/, "is not the $metadata.id of an event; pass the one of the last event you have")
      .optional(),
    offsetBy: z.number().int().min(0).optional(),
    offsetDirection: z.enum(["next", "prev"]).optional(),
    granularity: z.number().int().min(1).max(MOST_BUCKETS).optional(),
    dry: z.boolean().optional(),
    chart: z.boolean().optional(),
    chartType: emulated(CHART_TYPES, "chart types").optional(),
    compare: z.boolean().optional(),
    ignoreSeries: z.boolean().optional(),
  })
  .superRefine((query, context) => {
    const missing = missingFrom(query.view, query.parameters);
    if (missing) context.addIssue({ code: "custom", ...missing });
  })
  .transform((query) => ({ ...query, parameters: query.parameters ?? {} }));

const keysSchema = z.object({
  datasets: z.array(z.string()).optional(),
  filters,
  needle,
  keyNeedle: needle,
  from: epochMs.optional(),
  to: epochMs.optional(),
  limit: rows,
});

const valuesSchema = z.object({
  datasets: z.array(z.string()),
  key: z.string().min(1),
  type: valueType,
  timeframe,
  filters,
  needle,
  limit: rows,
});

/** The body of a telemetry query, checked and spelled in one way. */
export type Query = z.output<typeof querySchema>;
/** What a query selects and calculates. */
export type Parameters = Query["parameters"];
/** The body of a request for the fields there are. */
export type KeysQuery = z.output<typeof keysSchema>;
/** The body of a request for the values of a field. */
export type ValuesQuery = z.output<typeof valuesSchema>;

/** Reads the body of `POST …/telemetry/query`; an `ApiError` names the place of each fault. */
export function readQuery(body: unknown): Query {
  return read(querySchema, body);
}

/** Reads the body of `POST …/telemetry/keys`, like `readQuery`. */
export function readKeysQuery(body: unknown): KeysQuery {
  return read(keysSchema, body);
}

/** Reads the body of `POST …/telemetry/values`, like `readQuery`. */
export function readValuesQuery(body: unknown): ValuesQuery {
  return read(valuesSchema, body);
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  return checked(
    schema,
    body,
    (faults) => new ApiError(400, BAD_QUERY, `Telemetry query refused. ${faults}.`),
  );
}

function missingFrom(
  view: string,
  given: { calculations?: unknown[] | undefined } | undefined,
): { path: string[]; message: string } | undefined {
  if (!given)
    return { path: ["parameters"], message: "are missing, and queries are not saved here; send them inline" };
  if (view !== "calculations" || given.calculations?.length) return undefined;
  return {
    path: ["parameters", "calculations"],
    message: 'are missing; the view "calculations" needs one at least',
  };
}

function faultOf(filter: FilterLeaf): { at: string; is: string } | undefined {
  const { operation, type, value } = filter;
  if (UNARY_OPERATIONS.has(operation)) return undefined;
  if (value === undefined) return { at: "value", is: `is missing; ${operation} compares with one` };
  if (TEXT_OPERATIONS.has(operation) && type !== "string")
    return { at: "type", is: `is "${type}", but ${operation} reads text; its type is "string"` };
  const list = operation === "in" || operation === "not_in" ? members(value, type) : [coerce(value, type)];
  if (list.includes(undefined)) return { at: "value", is: `${JSON.stringify(value)} is no ${type}` };
  const pattern = operation === "regex" ? faultOfPattern(String(value)) : undefined;
  return pattern === undefined ? undefined : { at: "value", is: pattern };
}

function faultOfPattern(pattern: string): string | undefined {
  try {
    toRegExp(pattern);
    return undefined;
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function countLeaves(list: readonly Filter[]): number {
  return list.reduce((sum, each) => sum + (each.kind === "group" ? countLeaves(each.filters) + 1 : 1), 0);
}

function withKind(value: unknown): unknown {
  return isObject(value) && value["kind"] === undefined ? { ...value, kind: "filter" } : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
