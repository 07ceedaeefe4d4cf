import type Cloudflare from "cloudflare";
import type { z } from "zod";
import type { Filter, Sli } from "../../health/sli";
import type { FailureGroup, Failures, FailuresQuery, FoundFailures } from "../../rollout/ports";
import { ask } from "../ask";
import type { TelemetryQuery } from "../checks/api";
import type { WorkerName } from "../client";
import { filtersOf, groupKeys } from "../telemetryQuery";
import { eventsAnswer, groupsAnswer, type Example } from "./answer";
import { dashboardUrl, filtersText } from "./dashboard";
import { grouped, type Asked } from "./group";
import {
  badPartsOf,
  eventsQuery,
  exceptionEventsQuery,
  exceptionsQuery,
  failureKeys,
  groupsQuery,
  servedQuery,
  type BadPart,
} from "./query";

/** What is known of the probes that a release has sent itself. */
export interface FailedProbes {
  /** The bad answers of `versionId`, and those that nobody gave, since a time in milliseconds since the epoch. */
  failures(versionId: string, since: number): readonly FailureGroup[];
}

/**
 * What the bad events of one Worker were, by Workers Observability: three requests for an SLO on latencies or filters, up
 * to six for one on errors. Of probes the release itself knows.
 */
export function cloudflareFailures(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  probes: FailedProbes,
): Failures {
  const question = {
    what: `Reading the failures of Worker "${scriptName}"`,
    permission: "Workers Observability Read",
    urgency: "telemetry" as const,
    timeoutMs: 20_000,
  };
  const query = <T>(body: TelemetryQuery, shape: z.ZodType<T>): Promise<T> =>
    ask(client, question, shape, (options) =>
      client.workers.observability.telemetry.query({ account_id: accountId, ...body }, options),
    );

  const askFor = async (asked: FailuresQuery, sli: Sli): Promise<Asked> => {
    const parts = badPartsOf(sli);
    const mayThrow = sli.kind === "serverErrors" || sli.kind === "exceptions";
    const isOnTime = sli.kind === "wallTime" || sli.kind === "cpuTime";
    const [counts, examples, exceptions, thrown, served] = await Promise.all([
      Promise.all(parts.map((part) => query(groupsQuery(asked, scriptName, part), groupsAnswer))),
      Promise.all(parts.map((part) => query(eventsQuery(asked, scriptName, part), eventsAnswer))),
      mayThrow ? query(exceptionsQuery(asked, scriptName), groupsAnswer) : [],
      mayThrow ? query(exceptionEventsQuery(asked, scriptName), eventsAnswer) : [],
      isOnTime ? query(servedQuery(asked, scriptName), groupsAnswer) : [],
    ]);
    const bad = parts.flatMap((part, index) => (counts[index] ?? []).filter((each) => isBad(part, each)));
    const some = parts.flatMap((part, index) => examplesOf(part, examples[index] ?? []));
    return { bad, exceptions, served, examples: [...thrown, ...some] };
  };

  const where = (asked: FailuresQuery, parts: readonly BadPart[]): Omit<FoundFailures, "groups"> => {
    const filters = logFilters(asked, scriptName, parts);
    return {
      filters: filtersText(filters),
      url: dashboardUrl(client.baseURL, scriptName, asked, filters),
    };
  };

  return {
    async find(asked) {
      const { sli, newVersionId, from } = asked;
      if (sli.kind === "probes") {
        return { groups: probes.failures(newVersionId, from), filters: "", url: undefined };
      }
      return { groups: grouped(asked, await askFor(asked, sli)), ...where(asked, badPartsOf(sli)) };
    },
  };
}

function isBad({ passes }: BadPart, { outcome, status }: Pick<Example, "outcome" | "status">): boolean {
  return passes({ start: 0, versionId: "", events: 1, outcome, status });
}

/** The bad ones of some events, with what their part is told apart by. */
function examplesOf(part: BadPart, examples: readonly Example[]): readonly Example[] {
  return examples
    .filter((example) => isBad(part, example))
    .map((example) => ({
      ...example,
      outcome: part.by.includes(failureKeys.outcome) ? example.outcome : undefined,
      status: part.by.includes(failureKeys.status) ? example.status : undefined,
    }));
}

/** By what the logs show the bad events, as near as filters that all have to hold come to it. */
function logFilters(
  { newVersionId }: FailuresQuery,
  scriptName: string,
  parts: readonly BadPart[],
): readonly Filter[] {
  const isOf: readonly Filter[] = [
    { key: groupKeys.worker, operation: "eq", type: "string", value: scriptName },
    { key: groupKeys.version, operation: "eq", type: "string", value: newVersionId },
  ];
  const [first, second] = parts;
  // Failed by its outcome or by its status: what is logged at this level is both.
  if (second !== undefined) {
    return [...isOf, { key: "$metadata.level", operation: "eq", type: "string", value: "error" }];
  }
  return first === undefined ? isOf : [...isOf, ...filtersOf(first.part, false), ...first.only];
}
