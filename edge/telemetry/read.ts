import type * as z from "zod";
import { checked } from "../api/checked";
import { faultOfComplexity } from "./complexity";
import { members, type Filter } from "./filters";
import { badRequest, badValues, internalError, unknownOperator, type QueryRefusal } from "./refusal";
import {
  keysSchema,
  querySchema,
  valuesSchema,
  type KeysQuery,
  type Query,
  type ValuesQuery,
} from "./schema";

/** A list of 2000 values breaks Cloudflare's query and one of 500 does not; nobody has told what is in between. */
const LONGEST_LIST = 1000;

/** Reads the body of `POST …/telemetry/query`. Throws a `QueryRefusal`, as the two below. */
export function readQuery(body: unknown): Query {
  const given = body as { parameters?: { filters?: unknown } } | null;
  checkComplexity(given?.parameters?.filters);
  const query = read(querySchema, body);
  checkLists(query.parameters.filters);
  return query;
}

/** Reads the body of `POST …/telemetry/keys`. */
export function readKeysQuery(body: unknown): KeysQuery {
  return readFiltered(keysSchema, body);
}

/** Reads the body of `POST …/telemetry/values`. */
export function readValuesQuery(body: unknown): ValuesQuery {
  return readFiltered(valuesSchema, body);
}

function readFiltered<T extends { filters?: Filter[] | undefined }>(schema: z.ZodType<T>, body: unknown): T {
  checkComplexity((body as { filters?: unknown } | null)?.filters);
  const query = read(schema, body);
  checkLists(query.filters);
  return query;
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  return checked(schema, body, (faults, issues) => refusalOf(body, issues, faults));
}

/** What only the local edge refuses, it says in plain words; the rest it refuses as Cloudflare does. */
function refusalOf(body: unknown, issues: readonly z.core.$ZodIssue[], faults: string): QueryRefusal {
  if (issues.some(({ code }) => code === "custom")) return badRequest(`Telemetry query refused. ${faults}.`);
  return issues.some(isUnknownOperator) ? unknownOperator(faults) : badValues(body, issues, faults);
}

function isUnknownOperator({ code, path, input }: z.core.$ZodIssue): boolean {
  return (
    code === "invalid_value" && /^operat(or|ion)$/.test(String(path.at(-1))) && typeof input === "string"
  );
}

function checkComplexity(filters: unknown): void {
  const fault = faultOfComplexity(filters);
  if (fault !== undefined) throw badRequest(fault);
}

function checkLists(filters: readonly Filter[] = []): void {
  for (const filter of filters) {
    if (filter.kind === "group") checkLists(filter.filters);
    else if (
      /^(not_)?in$/.test(filter.operation) &&
      members(filter.value ?? "", filter.type).length > LONGEST_LIST
    )
      throw internalError(`${filter.key} is compared with more than ${LONGEST_LIST} values`);
  }
}
