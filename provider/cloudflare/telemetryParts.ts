import type { Filter, Sli, StatusRange } from "../health/sli";
import type { Row } from "./telemetryRow";

/** What one query counts: all invocations, or those with something about them, or rows that pass some filters. */
export type Part =
  | { readonly kind: "invocations" }
  | { readonly kind: "statuses"; readonly from: number; readonly to: number }
  | { readonly kind: "wallTime" | "cpuTime"; readonly limitMs: number }
  | { readonly kind: "rows"; readonly filters: readonly Filter[] };

/** How the counts of an SLI come from what was counted. */
export interface Recipe {
  readonly valid: Part;
  /** The bad events: in each part the rows that pass. No event is in two of them. */
  readonly bad: readonly { readonly part: Part; readonly passes: (row: Row) => boolean }[];
}

const invocations: Part = { kind: "invocations" };
const serverErrorStatuses: StatusRange = { from: 500, to: 599 };

/**
 * Outcomes that are no failure of the Worker. Cloudflare counts an invocation whose client went away as a success
 * (Workers documentation, Metrics and analytics: "Success: requests that returned a Success or Client Disconnected
 * invocation status"); in telemetry that is `canceled`, or `responseStreamDisconnected` when it happened while the
 * response was on its way (`EventOutcome` of workerd). Everything else is bad, `unknown` too, which wrangler's
 * `tail --status error` also takes for an error.
 */
const harmless: ReadonlySet<string> = new Set(["ok", "canceled", "responseStreamDisconnected"]);

/** An invocation whose outcome nobody tells is none: cron events, as users report, would all be failures else. */
const isFailure = ({ outcome }: Row): boolean => outcome !== undefined && !harmless.has(outcome);
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
      return { valid: invocations, bad: [{ part: invocations, passes: isFailure }] };
    case "serverErrors": {
      // A failed invocation may have a status as well: it is counted once, by its outcome.
      const byStatus = (row: Row): boolean => isWithin([serverErrorStatuses], row) && !isFailure(row);
      return {
        valid: invocations,
        bad: [
          { part: invocations, passes: isFailure },
          { part: statuses, passes: byStatus },
        ],
      };
    }
    case "status":
      return {
        valid: invocations,
        bad: [{ part: statuses, passes: (row) => isWithin(sli.statuses, row) }],
      };
    case "wallTime":
    case "cpuTime":
      return { valid: invocations, bad: [{ part: sli, passes: any }] };
    case "custom":
      return {
        valid: sli.valid.length === 0 ? invocations : { kind: "rows", filters: sli.valid },
        bad: [{ part: { kind: "rows", filters: badFilters(sli.valid, sli.bad) }, passes: any }],
      };
  }
}

/** Without filters of its own for what is valid, an SLI is about invocations, and its bad rows are some of those. */
function badFilters(valid: readonly Filter[], bad: readonly Filter[]): readonly Filter[] {
  return [...(valid.length === 0 ? [isInvocation] : valid), ...bad];
}

/** One row an invocation; the lines it logs are rows of another type. */
export const isInvocation: Filter = {
  key: "$metadata.type",
  operation: "eq",
  type: "string",
  value: "cf-worker-event",
};

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
