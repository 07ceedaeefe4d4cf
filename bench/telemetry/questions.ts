import { HOUR, SCRIPT, type Truth } from "./traffic";

/** A query, and how far its answer is from the truth: 0.01 is one in a hundred. */
export interface RequestContext {
  readonly name: string;
  readonly body: object;
  readonly errorOf: (answer: Answer, truth: Truth) => number;
}

interface Aggregate {
  readonly value: number;
  readonly groups?: { readonly value: unknown }[];
}

/** What of an answer is looked at. */
export interface Answer {
  readonly calculations: { readonly aggregates: Aggregate[] }[];
  readonly statistics: { readonly rows_read: number; readonly abr_level: number };
}

const fields = {
  version: { type: "string", value: "$workers.scriptVersion.id" },
  outcome: { type: "string", value: "$workers.outcome" },
  status: { type: "number", value: "$workers.event.response.status" },
};

const filters = [
  { key: "$metadata.service", operation: "eq", type: "string", value: SCRIPT },
  { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
];

function over(parameters: object, rest: object): object {
  const query = { queryId: "bench", view: "calculations", dry: true, timeframe: HOUR, ...rest };
  return { ...query, parameters: { datasets: ["cloudflare-workers"], filters, ...parameters } };
}

const counts = { calculations: [{ operator: "count" }], groupBys: Object.values(fields) };
const p99 = {
  calculations: [{ operator: "p99", key: "$workers.wallTimeMs", keyType: "number" }],
  groupBys: [fields.version],
};

/** What rollouts are judged by. */
export const QUESTIONS: readonly RequestContext[] = [
  {
    name: "count by version, outcome, status",
    body: over(counts, { ignoreSeries: true }),
    errorOf: worstCount,
  },
  {
    name: "the same per minute (60 buckets)",
    body: over(counts, { granularity: 60 }),
    errorOf: worstCount,
  },
  {
    name: "p99 of wall time by version",
    body: over(p99, { ignoreSeries: true }),
    errorOf: worstP99,
  },
  {
    name: "the same per minute (60 buckets)",
    body: over(p99, { granularity: 60 }),
    errorOf: worstP99,
  },
];

/** Of the groups of a thousandth of the whole or more: how far the estimate of the worst is off. */
function worstCount(answer: Answer, { counts }: Truth): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return worst(answer, (group) => {
    const count = counts.get(group) ?? 0;
    return count >= total / 1000 ? count : undefined;
  });
}

function worstP99(answer: Answer, { walls }: Truth): number {
  return worst(answer, (version) => percentileOf(walls.get(version) ?? [], 0.99));
}

function worst(answer: Answer, truthOf: (group: string) => number | undefined): number {
  const errors = (answer.calculations[0]?.aggregates ?? []).map(({ groups = [], value }) => {
    const truth = truthOf(groups.map((group) => String(group.value)).join(" "));
    return truth === undefined ? 0 : Math.abs(value / truth - 1);
  });
  return Math.max(...errors);
}

function percentileOf(countByMs: readonly (number | undefined)[], share: number): number {
  const counts = Array.from(countByMs, (count) => count ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  return counts.findIndex((count) => (passed += count) >= share * total);
}
