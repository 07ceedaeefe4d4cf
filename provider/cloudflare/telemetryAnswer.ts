import { z } from "zod";
import { groupKeys, maxRows, type Span } from "./telemetryQuery";
import type { Row } from "./telemetryRow";

/** One of the fields that an answer is grouped by, with its value. */
export const group = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
});

// `count` is an estimate, the sum of the sample intervals of what was stored, and `sampleInterval` their mean (so the
// SDK's reference says). Their quotient is how many were stored, which is what evidence may weigh: at a sampling
// rate of 1 %, one stored failure is one failure seen, not a hundred. Where the API reads a part of very many rows, the
// interval does not say so, but `statistics.abr_level` does; see `rowsOf`.
const cell = z
  .object({
    count: z.number().nonnegative(),
    sampleInterval: z.number().nonnegative(),
    groups: z.array(group).default([]),
  })
  .transform(({ count, sampleInterval, groups }) => ({
    stored: count / Math.max(1, sampleInterval),
    versionId: valueOf(groups, groupKeys.version) ?? "unknown",
    outcome: valueOf(groups, groupKeys.outcome),
    status: statusOf(valueOf(groups, groupKeys.status)),
  }));

/** The value of a field in the groups of an answer; undefined when it has none. */
export function valueOf(groups: readonly z.infer<typeof group>[], key: string): string | undefined {
  const value = groups.find((one) => one.key === key)?.value;
  return value === undefined || value === null ? undefined : String(value);
}

/** A number may come as a text. */
function statusOf(value: string | undefined): number | undefined {
  const status = Number(value);
  return Number.isNaN(status) ? undefined : status;
}

const time = z.union([z.string(), z.number()]).transform(epochMs).pipe(z.number());

/** What of the answer to a count query is looked at. */
export const countAnswer = z.object({
  // Absent in some of Cloudflare's own readers of this API.
  run: z.object({ status: z.string() }).optional(),
  // How many rows each row that was read stands for; the reference says that none means 1.
  statistics: z.object({ abr_level: z.number().min(1).nullish() }).optional(),
  calculations: z
    .array(z.object({ series: z.array(z.object({ time, data: z.array(cell) })) }))
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

/** True when the answer is as long as answers get: there may have been more. */
export function mayBeCut(answer: CountAnswer): boolean {
  const points = answer.calculations.flatMap(({ series }) => series).map(({ data }) => data.length);
  return points.reduce((sum, length) => sum + length, 0) >= maxRows;
}

/**
 * The rows of an answer, placed on the buckets that were asked for. The API may begin its buckets at round times of
 * its own: one that began before the span goes to the span's first bucket, the others to the one they begin in.
 *
 * An answer that was made from a part of the rows counts for that part only. Whether Cloudflare's counts are scaled up
 * then is not documented; if they are not, evidence comes slower than it could, and is never wrong.
 */
export function rowsOf(answer: CountAnswer, span: Span): readonly Row[] {
  const rowsEach = answer.statistics?.abr_level ?? 1;
  return answer.calculations
    .flatMap(({ series }) => series)
    .filter((point) => span.from - span.bucketMs < point.time && point.time < span.to)
    .flatMap((point) => {
      const index = Math.max(0, Math.floor((point.time - span.from) / span.bucketMs));
      const start = span.from + index * span.bucketMs;
      return point.data.map(({ stored, ...row }) => ({
        start,
        ...row,
        events: Math.round(stored / rowsEach),
      }));
    });
}
