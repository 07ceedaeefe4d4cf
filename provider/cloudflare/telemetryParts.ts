import type { EventType, Filter, On, Sli, StatusRange } from "../health/sli";
import type { Row } from "./telemetryRow";

/**
 * What one query counts: the requests of visitors, or other invocations, that pass some filters or have something about
 * them; or rows of telemetry of any kind.
 */
export type Part =
  | ({ readonly kind: "requests"; readonly filters: readonly Filter[] } & On)
  | ({ readonly kind: "statuses"; readonly from: number; readonly to: number } & On)
  | ({ readonly kind: "wallTime" | "cpuTime"; readonly limitMs: number } & On)
  | { readonly kind: "rows"; readonly filters: readonly Filter[] };

/** All requests of visitors. */
export const allRequests: Part = { kind: "requests", filters: [] };

const is = (key: string, value: string): Filter => ({ key, operation: "eq", type: "string", value });

/**
 * What a row must be like to be a visitor's request. Every invocation has a row of type `cf-worker-event`: also calls of
 * Durable Objects and of other Workers, RPC, alarms, sockets, crons and queues. They would swell `minRequests`, and each
 * deployment resets Durable Objects, which shows as an exception of a version that has done nothing wrong. It does not
 * matter how many rows objects have in each stage, which nobody has recorded.
 *
 * Whether an answer from Workers Cache has a row is not known. If it has, it counts as a good request of its version; if
 * not, a version is judged by its misses alone. Either way all versions are measured alike, but a new version's cache is
 * cold: `warmUp` leaves out its first misses.
 *
 * @param leaveOutHops whether to ask for the default entrypoint, see `Subject`. A call of the default entrypoint
 * by another Worker looks like a visitor's request and is counted.
 */
export function visitorsRequest(leaveOutHops: boolean): readonly Filter[] {
  return [
    is("$metadata.type", "cf-worker-event"),
    is("$workers.eventType", "fetch"),
    is("$workers.executionModel", "stateless"),
    ...(leaveOutHops ? [entrypointIsDefault] : []),
  ];
}

/** What a row must be like to be an invocation for some type of event. See {@link visitorsRequest} for requests. */
export function invocationOf(type: EventType, leaveOutHops: boolean): readonly Filter[] {
  const isInvocation = is("$metadata.type", "cf-worker-event");
  switch (type) {
    case "fetch":
      return visitorsRequest(leaveOutHops);
    case "durableObject":
      return [isInvocation, is("$workers.executionModel", "durableObject")];
    case "jsrpc":
      // Both words were seen.
      return [
        isInvocation,
        { ...is("$workers.eventType", "jsrpc,rpc"), operation: "in" },
        is("$workers.executionModel", "stateless"),
      ];
    default:
      return [isInvocation, is("$workers.eventType", type)];
  }
}

/** No row has the key for the default entrypoint. */
export const entrypointIsDefault: Filter = {
  key: "$workers.entrypoint",
  operation: "is_null",
  type: "string",
};

/** How the counts of an SLI come from what was counted. */
export interface Recipe {
  readonly valid: Part;
  /** The bad events: in each part the rows that pass. No event is in two of them. */
  readonly bad: readonly { readonly part: Part; readonly passes: (row: Row) => boolean }[];
}

const serverErrorStatuses: StatusRange = { from: 500, to: 599 };

/**
 * Outcomes of an invocation whose client went away: `canceled`, or `responseStreamDisconnected` when that happened while
 * the response was on its way (`EventOutcome` of workerd). `clientDisconnected` is GraphQL's word for both.
 */
const canceled: ReadonlySet<string> = new Set([
  "canceled",
  "responseStreamDisconnected",
  "clientDisconnected",
]);

/**
 * Outcomes that are no failure of the Worker by themselves. Cloudflare counts an invocation whose client went away as a
 * success (Workers documentation, Metrics and analytics: "Success: requests that returned a Success or Client
 * Disconnected invocation status"); whether there are more of them is an SLI of its own. Everything else is bad,
 * `unknown` too, which wrangler's `tail --status error` also takes for an error.
 */
const harmless: ReadonlySet<string> = new Set(["ok", ...canceled]);

/** A missing outcome counts as success. */
const isFailure = ({ outcome }: Row): boolean => outcome !== undefined && !harmless.has(outcome);
const isCanceled = ({ outcome = "" }: Row): boolean => canceled.has(outcome);
const any = (): boolean => true;

/**
 * The invocations that did not end well, for an event that is no request. Grouped by their outcome, those without one
 * would be left out: users report that crons have none.
 */
function failed(on: EventType): Part {
  const key = "$workers.outcome";
  return {
    ...{ kind: "requests", on },
    filters: [
      { key, operation: "exists", type: "string" },
      { key, operation: "not_in", type: "string", value: [...harmless].join(",") },
    ],
  };
}

/** The recipes of some SLIs, in their order. All that ask for statuses of requests share one query. */
export function recipesOf(slis: readonly Sli[]): readonly Recipe[] {
  const ranges = slis.flatMap(statusesOf);
  const statuses: Part = {
    kind: "statuses",
    from: Math.min(...ranges.map(({ from }) => from)),
    to: Math.max(...ranges.map(({ to }) => to)),
  };
  return slis.map((sli) => recipeOf(sli, statuses));
}

function statusesOf(sli: Sli): readonly StatusRange[] {
  if (sli.kind === "serverErrors") return sli.on === undefined ? [serverErrorStatuses] : [];
  return sli.kind === "status" ? sli.statuses : [];
}

function recipeOf(sli: Sli, statuses: Part): Recipe {
  if ("on" in sli) return recipeOn(sli.on, sli);
  switch (sli.kind) {
    case "exceptions":
      return { valid: allRequests, bad: [{ part: allRequests, passes: isFailure }] };
    case "canceled":
      return { valid: allRequests, bad: [{ part: allRequests, passes: isCanceled }] };
    case "serverErrors": {
      // A failed invocation may have a status as well: it is counted once, by its outcome.
      const byStatus = (row: Row): boolean => isWithin([serverErrorStatuses], row) && !isFailure(row);
      return {
        valid: allRequests,
        bad: [
          { part: allRequests, passes: isFailure },
          { part: statuses, passes: byStatus },
        ],
      };
    }
    case "status":
      return {
        valid: allRequests,
        bad: [{ part: statuses, passes: (row) => isWithin(sli.statuses, row) }],
      };
    case "wallTime":
    case "cpuTime":
      return { valid: allRequests, bad: [{ part: sli, passes: any }] };
    case "custom":
      return sli.valid.length === 0
        ? { valid: allRequests, bad: [{ part: { kind: "requests", filters: sli.bad }, passes: any }] }
        : {
            valid: { kind: "rows", filters: sli.valid },
            bad: [{ part: { kind: "rows", filters: [...sli.valid, ...sli.bad] }, passes: any }],
          };
  }
}

/** The same for events that are no requests. */
function recipeOn(on: EventType, sli: Sli & On): Recipe {
  const valid: Part = { kind: "requests", on, filters: [] };
  const bad = (part: Part, passes: (row: Row) => boolean = any): Recipe["bad"][number] => ({ part, passes });
  switch (sli.kind) {
    case "exceptions":
      return { valid, bad: [bad(failed(on))] };
    case "serverErrors": {
      // Calls of objects are answered with a status. No other event is.
      const statuses: Part = { kind: "statuses", on, ...serverErrorStatuses };
      const answers = on === "durableObject" ? [bad(statuses, (row) => !isFailure(row))] : [];
      return { valid, bad: [bad(failed(on)), ...answers] };
    }
    case "wallTime":
    case "cpuTime":
      return { valid, bad: [bad({ kind: sli.kind, limitMs: sli.limitMs, on })] };
    case "custom":
      return { valid, bad: [bad({ kind: "requests", on, filters: sli.bad })] };
    case "status":
    case "canceled":
      throw new RangeError(`only requests have what is asked for by ${sli.kind}`);
  }
}

function isWithin(ranges: readonly StatusRange[], { status }: Row): boolean {
  return status !== undefined && ranges.some(({ from, to }) => from <= status && status <= to);
}

/** The parts that some recipes need, each once. */
export function partsFor(recipes: readonly Recipe[]): readonly Part[] {
  const parts = recipes.flatMap(({ valid, bad }) => [valid, ...bad.map(({ part }) => part)]);
  return [...new Map(parts.map((part) => [partId(part), part])).values()];
}

/** The same for two parts that count the same. */
export function partId(part: Part): string {
  return JSON.stringify(part);
}
