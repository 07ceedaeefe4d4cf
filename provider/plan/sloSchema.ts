import { z } from "zod";
import { filterOperations, type Filter } from "../health/sli";
import { harmless } from "../shown";
import { canceledMargin } from "./defaultSlo";
import { nameOn, on, type Stated } from "./eventTypes";
import { day, duration, durationAllowed, meantOf, number, oneOf, orPercentage } from "./schemaParts";
import { rangesOf, statuses } from "./status";
import { barren, rowsThatPass } from "./telemetryKeys";

const nameLength = "a name of 1 to 60 characters";
const maxShare = 'a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100';
const betweenPercentiles = "a percentile above 0 and below 100, such as 99";
const mayBeSlower = 'a percentage from "0%" to "1000%", such as "20%": how much longer requests may take';
const increase = "a ratio from 1 to 1000: 1.5 allows half as many bad requests again as the old version has";

const limitAllowed = durationAllowed(1, day);
const limit = duration(1, day);

const name = z
  .string({ error: nameLength })
  .min(1, { error: nameLength })
  .max(60, { error: nameLength })
  .transform(harmless);
const share = orPercentage(
  z.number({ error: maxShare }).min(0, { error: maxShare }).lt(1, { error: maxShare }),
  0.01,
  maxShare,
);

const settings = {
  name: name.optional(),
  observeOnly: z.boolean({ error: "true or false" }).default(false),
  maxIncrease: number(1, 1000, increase).optional(),
};

const shareSettings = {
  ...settings,
  max: share.optional(),
};

type Issues = z.core.ParsePayload["issues"];

/** An SLO without any bound would be met by everything. */
function needsBound(given: { max?: unknown; maxIncrease?: unknown }, issues: Issues): void {
  if (given.max !== undefined || given.maxIncrease !== undefined) return;
  issues.push({
    code: "custom",
    message: `${maxShare}; or \`maxIncrease\``,
    input: undefined,
    path: ["max"],
  });
}

const errorSlo = z
  .strictObject({ ...shareSettings, sli: z.enum(["serverErrors", "exceptions"]), on: on.optional() })
  .check(({ value, issues }) => {
    needsBound(value, issues);
  })
  .transform(({ sli, name, ...rest }): Stated => ({
    ...rest,
    name: name ?? nameOn(sli, rest.on),
    sli: { kind: sli },
  }));

const onlyRequests = (what: string) =>
  z.undefined({ error: `nothing: only visitors' requests (fetch) ${what}` }).optional();

const canceledSlo = z
  .strictObject({
    ...shareSettings,
    sli: z.literal("canceled"),
    on: onlyRequests("have a client that can cancel them"),
  })
  .check(({ value, issues }) => {
    needsBound(value, issues);
  })
  .transform(({ sli, name = sli, ...rest }): Stated => ({
    ...rest,
    name,
    sli: { kind: sli },
    ...(rest.maxIncrease !== undefined && { margin: canceledMargin }),
  }));

/** How many times longer requests may take, from 1. */
const slowerPattern = /^(\d{1,4}(?:\.\d{1,2})?) ?%$/;
const slowerText = z.string({ error: mayBeSlower }).meta({ pattern: slowerPattern.source });
const slower = slowerText.transform((text, context): number => {
  const [, percent] = slowerPattern.exec(text) ?? [];
  if (percent !== undefined && Number(percent) <= 1000) return Number((1 + Number(percent) / 100).toFixed(4));
  context.issues.push({ code: "custom", message: mayBeSlower, input: text });
  return z.NEVER;
});

const percentile = z
  .number({ error: betweenPercentiles })
  .gt(0, { error: betweenPercentiles })
  .lt(100, { error: betweenPercentiles });

const latencySlo = z
  .strictObject({
    ...settings,
    sli: z.enum(["wallTime", "cpuTime"]),
    percentile: percentile.optional(),
    limit: limit.optional(),
    slower: slower.optional(),
    on: on.optional(),
  })
  .check(({ value, issues }) => {
    issues.push(...(value.slower === undefined ? withoutLimit(value) : besideSlower(value)));
  })
  .transform(({ sli, name, percentile, limit, slower, ...rest }): Stated => {
    if (slower !== undefined) {
      return { ...rest, name: name ?? `${sli} slower`, sli: { kind: "slower", of: sli, tolerance: slower } };
    }
    return {
      ...rest,
      name: name ?? nameOn(percentile === undefined ? sli : `p${percentile} ${sli}`, rest.on),
      sli: { kind: sli, limitMs: limit ?? 0 },
      // "The 99th percentile is at most the limit" says that at most 1 % are slower. Rounded, since 100 - 99.9 is not 0.1.
      ...(percentile !== undefined && { max: Number(((100 - percentile) / 100).toPrecision(12)) }),
    };
  });

interface GivenLatency {
  readonly percentile?: unknown;
  readonly limit?: unknown;
  readonly maxIncrease?: unknown;
  readonly on?: unknown;
}

function withoutLimit({ percentile, limit, maxIncrease }: GivenLatency): Issues {
  const missing = (key: string, allowed: string): Issues[number] => ({
    ...{ code: "custom", input: undefined, path: [key], message: allowed },
  });
  return [
    ...(limit === undefined ? [missing("limit", `${limitAllowed}; or \`slower\``)] : []),
    ...(percentile === undefined && maxIncrease === undefined
      ? [missing("percentile", `${betweenPercentiles}; or \`maxIncrease\``)]
      : []),
  ];
}

/** All requests are compared with the old version's: there is no limit that a share of them could exceed. */
function besideSlower(given: GivenLatency): Issues {
  return (["limit", "percentile", "maxIncrease", "on"] as const).flatMap((key) =>
    given[key] === undefined
      ? []
      : [
          {
            code: "custom",
            input: given[key],
            path: [key],
            message: "nothing beside `slower`: give it an SLO of its own",
          },
        ],
  );
}

const statusSlo = z
  .strictObject({
    ...shareSettings,
    sli: z.strictObject({ status: statuses }),
    on: onlyRequests("are answered with a status"),
  })
  .check(({ value, issues }) => {
    needsBound(value, issues);
  })
  .transform(({ sli: { status }, name, ...rest }): Stated => ({
    ...rest,
    name: name ?? `status ${[status].flat().join(" ")}`,
    sli: { kind: "status", statuses: rangesOf(status) },
  }));

const probeSlo = z
  .strictObject({
    name: settings.name,
    observeOnly: settings.observeOnly,
    sli: z.literal("probes"),
    max: share,
  })
  .transform(({ sli, name = sli, ...rest }): Stated => ({ ...rest, name, sli: { kind: sli } }));

const withoutValue: readonly string[] = ["exists", "is_null"];

const filter = z
  .strictObject({
    key: z.string({ error: "the name of a field" }).min(1, { error: "the name of a field" }),
    operation: oneOf(filterOperations),
    value: z
      .union([z.string(), z.number(), z.boolean()], { error: "a text, a number, true or false" })
      .optional(),
  })
  .check(({ value: { operation, value }, issues }) => {
    const needsValue = !withoutValue.includes(operation);
    if (needsValue === (value !== undefined)) return;
    const message = needsValue ? `a value to compare with for ${operation}` : `no value for ${operation}`;
    issues.push({ code: "custom", message, input: value, path: ["value"] });
  })
  .transform(({ key, operation, value }): Filter => ({
    key,
    operation,
    type: typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "string",
    ...(value !== undefined && { value }),
  }));

const atLeastOneFilter = { error: "a list of at least one filter" };

const customSlo = z
  .strictObject({
    ...shareSettings,
    name,
    sli: z.strictObject({
      valid: z.array(filter, atLeastOneFilter).min(1, atLeastOneFilter).optional(),
      bad: z.array(filter, atLeastOneFilter).min(1, atLeastOneFilter),
    }),
    on: on.optional(),
  })
  .check(({ value, issues }) => {
    needsBound(value, issues);
    const { valid, bad } = value.sli;
    if (valid === undefined) issues.push(...ownFields(bad));
    issues.push(...tooManyFilters(valid, bad), ...fieldsNotThere(valid, bad));
    if (valid !== undefined && value.on !== undefined) issues.push(besideValid(value.on));
  })
  .transform(({ sli, ...rest }): Stated => ({
    ...rest,
    sli: { kind: "custom", valid: sli.valid ?? [], bad: sli.bad },
  }));

function besideValid(input: unknown): Issues[number] {
  const message =
    'nothing beside `valid`, which says itself what counts: { key: "$workers.eventType", operation: "eq", value: "queue" }';
  return { code: "custom", path: ["on"], input, message };
}

/** Invocations have no fields of the Worker's own: a filter on one would never find anything bad. */
function ownFields(bad: readonly Filter[]): Issues {
  return bad.flatMap(({ key }, index) =>
    key.startsWith("$")
      ? []
      : [
          {
            code: "custom",
            path: ["sli", "bad", index, "key"],
            input: key,
            message:
              'a field of Cloudflare\'s, such as "$workers.outcome", unless `valid` says which log lines count: fields that the ' +
              "Worker logs are in the rows of its log lines, not in those of invocations",
          },
        ],
  );
}

/** The telemetry query takes 16 filters (live, September 2026). Which script and which versions are two of them. */
const mostFilters = 14;
/** Without `valid` four more say what a visitor's request is. */
const mostFiltersOnRequests = 10;

function tooManyFilters(valid: readonly Filter[] | undefined, bad: readonly Filter[]): Issues {
  const [given, most] =
    valid === undefined ? [bad.length, mostFiltersOnRequests] : [valid.length + bad.length, mostFilters];
  if (given <= most) return [];
  const what = valid === undefined ? "filters" : "filters in `valid` and `bad` together";
  const message = `at most ${most} ${what}, which is all that Cloudflare's query takes`;
  return [{ code: "custom", path: ["sli", "bad"], input: bad, message }];
}

/** Cloudflare answers a filter on a field that no row has with nothing: such an SLI would never be bad. */
function fieldsNotThere(valid: readonly Filter[] = [], bad: readonly Filter[]): Issues {
  const rows = valid.length === 0 ? "invocations" : rowsThatPass(valid);
  const faults = (list: "valid" | "bad", filters: readonly Filter[]): Issues =>
    filters.flatMap((filter, index) => {
      const fault = barren(filter, rows);
      if (fault === undefined) return [];
      const { at, allowed: message } = fault;
      return [{ code: "custom", path: ["sli", list, index, at], input: filter[at], message }];
    });
  return [...faults("valid", valid), ...faults("bad", bad)];
}

const known =
  '"serverErrors", "exceptions", "canceled", "wallTime", "cpuTime", "probes", { status } or { bad }';

const named = ["serverErrors", "exceptions", "canceled", "wallTime", "cpuTime", "probes"];

function sliIn(slo: unknown): unknown {
  return typeof slo === "object" && slo !== null && "sli" in slo ? slo.sli : undefined;
}

/** An SLO of a plan. */
export const slo = z.union(
  [
    z.discriminatedUnion("sli", [errorSlo, canceledSlo, latencySlo, probeSlo], {
      error: ({ input }) => `an SLI this package knows: ${known}${meantOf(sliIn(input), named)}`,
    }),
    statusSlo,
    customSlo,
  ],
  { error: `an SLO with an SLI this package knows: ${known}` },
);
