import type { FailureGroup, FailuresQuery } from "../../rollout/ports";
import type { CountedGroup, Example } from "./answer";

/** What was asked of the telemetry. */
export interface Asked {
  /** Bad events by how they ended. */
  readonly bad: readonly CountedGroup[];
  /** Uncaught exceptions, which are among the bad events. */
  readonly exceptions: readonly CountedGroup[];
  /** All events by what was asked for; empty where that was not counted. */
  readonly served: readonly CountedGroup[];
  /** Some bad events of the new version. */
  readonly examples: readonly Example[];
}

/** Requests that differ in what is left out of their paths are alike: their groups are one. */
export function grouped(query: FailuresQuery, { bad, exceptions, served, examples }: Asked): FailureGroup[] {
  // An exception is told by its name. Where its row was not kept, how the request ended is all that is known.
  const named = exceptions.length > 0 ? bad.filter(({ outcome }) => outcome !== "exception") : bad;
  const byKind = Map.groupBy([...exceptions, ...named], kindOf);
  return [...byKind].map(([kind, groups]) => {
    const [first] = groups;
    const request = first?.request ?? "";
    const alike = examples.filter((example) => kindOf(example) === kind);
    const stack = alike.find(({ stack }) => stack.length > 0)?.stack;
    const all = served.filter((each) => each.request === request);
    return {
      what: first === undefined ? "" : whatOf(first),
      request,
      ...eventsOf(query, groups),
      ...(served.length > 0 && { of: eventsOf(query, all) }),
      requestIds: idsOf(alike),
      ...(stack && { stack }),
    };
  });
}

type Told = Pick<CountedGroup, "outcome" | "status" | "exception" | "request">;

function kindOf(told: Told): string {
  return JSON.stringify([whatOf(told), told.request]);
}

/** A status says more than that the version ran to its end. */
function whatOf({ outcome, status, exception }: Told): string {
  if (exception !== undefined) return exception;
  if (outcome !== undefined && outcome !== "ok") return outcome;
  return status === undefined ? "" : `status ${status}`;
}

function eventsOf(
  { newVersionId, oldVersionId }: FailuresQuery,
  groups: readonly CountedGroup[],
): { readonly new: number; readonly old: number } {
  const sum = (versionId: string | undefined): number =>
    Math.round(
      groups.filter((each) => each.versionId === versionId).reduce((all, { events }) => all + events, 0),
    );
  return { new: sum(newVersionId), old: sum(oldVersionId) };
}

const mostIds = 2;

function idsOf(examples: readonly Example[]): readonly string[] {
  const ids = examples.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId]));
  return [...new Set(ids)].slice(0, mostIds);
}
