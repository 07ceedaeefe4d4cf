import { z } from "zod";
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
import { EVENT_ID } from "./ids";
import { toPattern } from "./pattern";
import { coerce } from "./types";

/** The views of a query that are emulated, and those that Cloudflare has besides. */
const VIEWS = ["calculations", "events", "invocations"] as const;
const OTHER_VIEWS = ["traces", "requests", "agents"] as const;

const CHART_TYPES = ["timeseries_and_aggregate", "timeseries", "aggregate"] as const;
const OTHER_CHART_TYPES = ["distribution"] as const;

/** The most rows, groups or values of one answer, as in Cloudflare's API. */
export const MOST_ROWS = 2000;

// Limits of the local edge: SQLite takes 32766 values a statement, and an answer has to fit into memory.
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

/** One of `names`; one of `others`, which Cloudflare knows besides, is refused by its name. */
function emulated<T extends string>(
  names: readonly T[],
  others: readonly string[],
  what: string,
): z.ZodType<T> {
  return z
    .enum([...names, ...others])
    .refine((name) => !others.includes(name), {
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
    kind: z.literal("filter").optional(),
    key: z.string().min(1),
    operation: spelled(OPERATION_SPELLINGS),
    type: valueType,
    value: primitive.optional(),
  })
  .superRefine((filter, context) => {
    const fault = faultOf(filter);
    if (fault !== undefined) context.addIssue({ code: "custom", path: [fault.at], message: fault.is });
  });

/** What has no `kind` is a comparison. */
const filter: z.ZodType<Filter> = z.lazy(() => {
  const group = z.object({
    kind: z.literal("group"),
    filterCombination: combination,
    filters: z.array(filter),
  });
  return z.discriminatedUnion("kind", [leaf, group]);
});

const filters = z.array(filter).optional();

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

function atMost<T>(most: number, list: z.ZodType<T[]>): z.ZodType<T[]> {
  return list.refine(
    ({ length }) => length <= most,
    `has more than ${most}, the most that the local edge takes`,
  );
}

const parameters = z
  .object({
    datasets: z.array(z.string()).optional(),
    filterCombination: combination.optional(),
    filters,
    needle,
    calculations: atMost(MOST_CALCULATIONS, z.array(calculation)).optional(),
    groupBys: atMost(
      MOST_GROUPBYS,
      z.array(z.object({ type: valueType, value: z.string().min(1) })),
    ).optional(),
    havings: atMost(
      MOST_CALCULATIONS,
      z.array(
        z.object({
          key: z.string(),
          operation: z.enum(["eq", "neq", "gt", "gte", "lt", "lte"]),
          value: z.number(),
        }),
      ),
    ).optional(),
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

export const querySchema = z
  .object({
    queryId: z.string(),
    timeframe,
    view: emulated(VIEWS, OTHER_VIEWS, "views").default("calculations"),
    parameters: parameters.optional(),
    limit: rows,
    offset: z
      .string()
      .refine(
        (id) => EVENT_ID.test(id),
        "is not the $metadata.id of an event; pass the one of the last event you have",
      )
      .optional(),
    offsetBy: z.number().int().min(0).optional(),
    offsetDirection: z.enum(["next", "prev"]).optional(),
    granularity: z
      .number()
      .int()
      .min(1)
      .refine(
        (count) => count <= MOST_BUCKETS,
        `is more than ${MOST_BUCKETS}, the most that the local edge gives`,
      )
      .optional(),
    dry: z.boolean().optional(),
    chart: z.boolean().optional(),
    chartType: emulated(CHART_TYPES, OTHER_CHART_TYPES, "chart types").optional(),
    compare: z.boolean().optional(),
    ignoreSeries: z.boolean().optional(),
  })
  .superRefine((query, context) => {
    const missing = missingFrom(query.view, query.parameters);
    if (missing) context.addIssue({ code: "custom", ...missing });
  })
  .transform((query) => ({ ...query, parameters: query.parameters ?? {} }));

export const keysSchema = z.object({
  datasets: z.array(z.string()).optional(),
  filters,
  needle,
  keyNeedle: needle,
  from: epochMs.optional(),
  to: epochMs.optional(),
  limit: rows,
});

export const valuesSchema = z.object({
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

/** Whether a query asks for series. */
export function wantsSeries({ ignoreSeries, chart, chartType }: Query): boolean {
  return ignoreSeries !== true && chart !== false && chartType !== "aggregate";
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
    toPattern(pattern);
    return undefined;
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}
