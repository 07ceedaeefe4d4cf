import { z } from "zod";
import { PortError } from "../../rollout/ports";

const group = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
});

const cell = z.object({
  value: z.number(),
  count: z.number(),
  sampleInterval: z.number(),
  groups: z.array(group).default([]),
});

const statistics = z.object({ abr_level: z.number().nullish() });

/** Times are text in UTC without a zone: `2026-09-29 07:03:18`. */
const time = z
  .string()
  .transform((text) => Date.parse(`${text.replace(" ", "T")}Z`))
  .pipe(z.number());

const calculation = z.object({
  aggregates: z.array(cell).default([]),
  series: z.array(z.object({ time, data: z.array(cell) })).default([]),
});

/** The answer to a count, as far as the checks read it. */
export const countAnswer = z.object({
  run: z
    .object({
      granularity: z.number().optional(),
      status: z.string().optional(),
      timeframe: z.object({ from: z.number(), to: z.number() }).optional(),
      statistics: statistics.optional(),
    })
    .optional(),
  statistics: statistics.optional(),
  calculations: z.array(calculation).max(1).default([]),
});

/** A read answer. */
export type CountAnswer = z.infer<typeof countAnswer>;
/** One group, over all of the timeframe or in one bucket. */
export type Cell = z.infer<typeof cell>;

/** One row of telemetry, whatever is in it. */
export const row = z.looseObject({
  timestamp: z.number(),
  $workers: z.looseObject({}).default({}),
  $metadata: z.looseObject({}).default({}),
});
/** A read row. */
export type Row = z.infer<typeof row>;

/** The answer to a query for rows. */
export const rowsAnswer = z.object({ events: z.object({ events: z.array(row).default([]) }).optional() });

/**
 * Reads an answer.
 * @throws {PortError} when it has another form
 */
export function read<T>(shape: z.ZodType<T>, answer: unknown): T {
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new PortError("unavailable", `The answer has an unknown form at ${faultIn(parsed.error)}.`);
}

/** Where an answer differs from what was expected, and how. Quotes nothing of it. */
export function faultIn(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "its top" : `\`${issue.path.join(".")}\``;
  return `${where} (${issue?.code ?? "unreadable"})`;
}

/** Everything that was counted, over the whole timeframe. */
export function total({ calculations }: CountAnswer): number {
  return sum(calculations.flatMap(({ aggregates }) => aggregates));
}

/** The groups of an answer, over the whole timeframe. */
export function cells({ calculations }: CountAnswer): readonly Cell[] {
  return calculations.flatMap(({ aggregates }) => aggregates);
}

/** What was counted in one bucket. */
export interface Bucket {
  /** When it begins, in epoch milliseconds. */
  readonly start: number;
  readonly value: number;
}

/** What was counted bucket by bucket, the empty ones too. */
export function buckets({ calculations }: CountAnswer): readonly Bucket[] {
  return calculations
    .flatMap(({ series }) => series)
    .map(({ time, data }) => ({ start: time, value: sum(data) }));
}

/** The value of a group's field, as text. */
export function groupValue({ groups }: Cell, key: string): string | undefined {
  const value = groups.find((one) => one.key === key)?.value;
  return value === undefined || value === null ? undefined : String(value);
}

/** The field of a row by the name that filters know it by; undefined when the row has none. */
export function field(row: Row, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      row,
    );
}

/** The sum of some values. Rounded: under sampling they are fractions, which another order adds up to another sum. */
export function sum(all: readonly { readonly value: number }[]): number {
  return Number(all.reduce((sum, { value }) => sum + value, 0).toFixed(3));
}
