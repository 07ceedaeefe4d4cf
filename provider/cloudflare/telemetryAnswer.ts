import { z } from "zod";
import type { Span } from "./telemetryGrid";
import { groupKeys, timeKeys } from "./telemetryQuery";
import type { Row } from "./telemetryRow";

/** One of the fields that an answer is grouped by, with its value. */
export const group = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
});

/** No Worker serves more in any span that is read: a larger number is no count. */
const mostEvents = 1e12;
const estimate = z.number().nonnegative().max(mostEvents);

// `value` is an estimate of all events: the number of stored ones times `sampleInterval`, the mean of what each of them
// stands for. Their quotient is how many were stored, which is what evidence may weigh: at a sampling rate of 1 %, one
// stored failure is one failure seen, not a hundred. `count` is not read: one source takes it for the estimate, another
// for the number stored, and the quotient is right either way. Where the API reads a part of very many rows, the interval
// does not say so, but `abr_level` does; see `thinningOf`.
const cell = z
  .object({
    value: estimate,
    sampleInterval: estimate.nullish(),
    groups: z.array(group).default([]),
  })
  .transform(({ value, sampleInterval, groups }) => ({
    stored: value / Math.max(1, sampleInterval ?? 1),
    estimate: value,
    versionId: valueOf(groups, groupKeys.version) ?? "unknown",
    outcome: valueOf(groups, groupKeys.outcome),
    status: numberIn(valueOf(groups, groupKeys.status)),
    ms: numberIn(valueOf(groups, timeKeys.wallTime) ?? valueOf(groups, timeKeys.cpuTime)),
    worker: valueOf(groups, groupKeys.worker) ?? "",
  }));

type Cell = z.output<typeof cell>;

/** The value of a field in the groups of an answer; undefined when it has none. */
export function valueOf(groups: readonly z.infer<typeof group>[], key: string): string | undefined {
  const value = groups.find((one) => one.key === key)?.value;
  return value === undefined || value === null ? undefined : String(value);
}

/** A number may come as a text. */
function numberIn(value: string | undefined): number | undefined {
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** The last moment that a date can name. */
const lastMs = 8.64e15;
const time = z.union([z.string(), z.number()]).transform(epochMs).pipe(z.number().min(0).max(lastMs));

/** Where it says that fewer rows were read, everything would be nothing. */
const mostThinned = 1e6;
const statistics = z.object({ abr_level: z.number().min(1).max(mostThinned).nullish() });

/** What of the answer to a count query is looked at. */
export const countAnswer = z.object({
  run: z
    .object({
      status: z.string().optional(),
      /** The length of a bucket in milliseconds. */
      granularity: z.number().positive().max(lastMs).nullish(),
      statistics: statistics.nullish(),
    })
    .optional(),
  statistics: statistics.nullish(),
  calculations: z
    .array(
      z.object({
        aggregates: z.array(cell).optional(),
        series: z.array(z.object({ time, data: z.array(cell) })),
      }),
    )
    // One count was asked for. Without any rows there may be no calculation at all.
    .max(1)
    .default([]),
});

/** A read answer. */
export type CountAnswer = z.infer<typeof countAnswer>;

/**
 * Reads a bucket's time. The reference has only "string"; a text without a zone is UTC, as in the database below it,
 * and a number is epoch milliseconds, or seconds when it is too small for this century.
 */
export function epochMs(value: string | number): number {
  const number = Number(value);
  if (!Number.isNaN(number)) return number < 1e11 ? number * 1000 : number;
  const text = String(value).replace(" ", "T");
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}

/** False while the query still runs: what is there then is not everything. */
export function isComplete(answer: CountAnswer): boolean {
  return answer.run?.status !== "STARTED";
}

/** An answer for several Workers, as each of them would have got it. Those of which nothing was counted are missing. */
export function byWorker(answer: CountAnswer): ReadonlyMap<string, CountAnswer> {
  const [calculation = { aggregates: undefined, series: [] }] = answer.calculations;
  const { aggregates, series } = calculation;
  const cells = [...(aggregates ?? []), ...series.flatMap(({ data }) => data)];
  const totals = Map.groupBy(aggregates ?? [], ({ worker }) => worker);
  const points = series.map(({ time, data }) => ({ time, of: Map.groupBy(data, ({ worker }) => worker) }));
  const workers = new Set(cells.map(({ worker }) => worker));
  return new Map(
    [...workers].map((worker) => [
      worker,
      {
        ...answer,
        calculations: [
          {
            ...(aggregates && { aggregates: totals.get(worker) ?? [] }),
            series: points.map(({ time, of }) => ({ time, data: of.get(worker) ?? [] })),
          },
        ],
      },
    ]),
  );
}

/** An answer without what other versions than these have served. */
export function ofVersions(answer: CountAnswer, versionIds: readonly string[]): CountAnswer {
  const isOf = ({ versionId }: Cell): boolean => versionIds.includes(versionId);
  return {
    ...answer,
    calculations: answer.calculations.map(({ aggregates, series }) => ({
      ...(aggregates && { aggregates: aggregates.filter(isOf) }),
      series: series.map(({ time, data }) => ({ time, data: data.filter(isOf) })),
    })),
  };
}

/** Whether another version than these has served since some time. */
export function hasOthersSince(answer: CountAnswer, versionIds: readonly string[], since: number): boolean {
  return answer.calculations.some(({ series }) =>
    series.some(
      ({ time, data }) => time >= since && data.some(({ versionId }) => !versionIds.includes(versionId)),
    ),
  );
}

/**
 * How long the buckets of an answer are, if they are not what was asked for: by its own word, or because one begins
 * where none of them can. Undefined when all is well.
 */
export function otherGrid(answer: CountAnswer, { bucketMs }: Span): string | undefined {
  const told = answer.run?.granularity ?? bucketMs;
  if (told !== bucketMs) return `buckets of ${told / 1000} s`;
  const astray = answer.calculations
    .flatMap(({ series }) => series)
    .find((point) => point.time % bucketMs !== 0);
  return astray && `a bucket that begins at ${new Date(astray.time).toISOString()}`;
}

/**
 * The rows of the buckets that were asked for. An answer that was made from a part of the rows counts for that part
 * only. Whether Cloudflare's counts are scaled up then is not documented; if they are not, evidence comes slower than
 * it could, and is never wrong.
 */
export function rowsOf(answer: CountAnswer, span: Span): readonly Row[] {
  const thinning = thinningOf(answer);
  return answer.calculations
    .flatMap(({ series }) => series)
    .filter((point) => span.from <= point.time && point.time < span.to)
    .flatMap((point) =>
      point.data.map(({ stored, versionId, outcome, status, ms }: Cell) => ({
        ...{ start: point.time, versionId, outcome, status },
        ...(ms !== undefined && { ms }),
        events: stored / thinning,
      })),
    );
}

/** One in how many rows was read. The answer says it in two places; without a word it is all. */
export function thinningOf({ run, statistics }: CountAnswer): number {
  return Math.max(statistics?.abr_level ?? 1, run?.statistics?.abr_level ?? 1);
}
