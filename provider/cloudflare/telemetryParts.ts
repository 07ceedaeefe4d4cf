import type { Filter, Sli, StatusRange } from "../health/sli";
import type { Row } from "./telemetryRow";

/**
 * What one query counts: the requests of visitors that pass some filters, or those with something about them; or rows
 * of telemetry of any kind.
 */
export type Part =
  | { readonly kind: "requests"; readonly filters: readonly Filter[] }
  | { readonly kind: "statuses"; readonly from: number; readonly to: number }
  | { readonly kind: "wallTime" | "cpuTime"; readonly limitMs: number }
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

/** The recipes of some SLIs, in their order. All that ask for statuses share one query. */
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
  if (sli.kind === "serverErrors") return [serverErrorStatuses];
  return sli.kind === "status" ? sli.statuses : [];
}

function recipeOf(sli: Sli, statuses: Part): Recipe {
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
