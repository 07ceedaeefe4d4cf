import { z } from "zod";
import { groupKeys, maxRows, type Span } from "./telemetryQuery";

/** Invocations of one version with one outcome in one bucket. */
export interface Row {
  /** When the bucket begins, in epoch milliseconds. */
  readonly start: number;
  readonly versionId: string;
  readonly outcome: string;
  /** How many were really stored, whole. */
  readonly invocations: number;
}

const group = z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).nullish() });

// `count` is an estimate, the sum of the sample intervals of what was stored, and `sampleInterval` their mean (so the
// SDK's reference says). Their quotient is how many were stored, which is what evidence may weigh: at a sampling
// rate of 1 %, one stored failure is one failure seen, not a hundred. What the API may thin out itself when it reads
// very many rows (`statistics.abr_level`) is not documented and not corrected for.
const cell = z
  .object({
    count: z.number().nonnegative(),
    sampleInterval: z.number().nonnegative(),
    groups: z.array(group).default([]),
  })
  .transform(({ count, sampleInterval, groups }) => ({
    invocations: Math.round(count / Math.max(1, sampleInterval)),
    versionId: valueOf(groups, groupKeys.version),
    outcome: valueOf(groups, groupKeys.outcome),
  }));

function valueOf(groups: readonly z.infer<typeof group>[], key: string): string {
  return String(groups.find((one) => one.key === key)?.value ?? "unknown");
}

const time = z.union([z.string(), z.number()]).transform(epochMs).pipe(z.number());

/** What of the answer to a count query is looked at. */
export const countAnswer = z.object({
  // Absent in some of Cloudflare's own readers of this API.
  run: z.object({ status: z.string() }).optional(),
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
 */
export function rowsOf(answer: CountAnswer, span: Span): readonly Row[] {
  return answer.calculations
    .flatMap(({ series }) => series)
    .filter((point) => span.from - span.bucketMs < point.time && point.time < span.to)
    .flatMap((point) => {
      const index = Math.max(0, Math.floor((point.time - span.from) / span.bucketMs));
      const start = span.from + index * span.bucketMs;
      return point.data.map((row) => ({ start, ...row }));
    });
}
