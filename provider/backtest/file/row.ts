import { z } from "zod";

const moment = "a date and time with its zone, such as 2026-11-26T18:00:00Z, or milliseconds since the epoch";
const count = "a number of events, from 0 on";

/** A moment in milliseconds since the epoch. */
export const time = z.union(
  [
    z.iso.datetime({ offset: true, error: moment }).transform((text) => Date.parse(text)),
    z
      .number({ error: moment })
      .int({ error: moment })
      .min(1e11, { error: moment })
      .max(8.64e15, { error: moment }),
    z
      .string({ error: moment })
      .regex(/^\d{12,16}$/, { error: moment })
      .transform(Number),
  ],
  { error: moment },
);

/** A number of events, which in CSV is a text. */
export const events = z.union(
  [
    z.number({ error: count }).min(0, { error: count }).max(1e12, { error: count }),
    z
      .string({ error: count })
      .regex(/^\d{1,12}(?:\.\d{1,9})?$/, { error: count })
      .transform(Number),
  ],
  { error: count },
);

/** What was served in one bucket, as a file tells it. */
export interface TraceRow {
  /** Where it stands in the file, counted from 1. */
  readonly line: number;
  readonly time: number;
  readonly requests: number;
  /** Bad events by the names of SLOs. */
  readonly bad: ReadonlyMap<string, number>;
  /** What else than requests is valid by some SLO, by its name. */
  readonly valid: ReadonlyMap<string, number>;
  /** How many requests took how long, by the bins between the file's edges. */
  readonly latencies: ReadonlyMap<string, readonly number[]>;
}

/** What a file holds. */
export interface TraceFile {
  readonly rows: readonly TraceRow[];
  /** The line that names the SLOs for all rows; undefined where each row does. */
  readonly namesLine?: number;
  /** The width of a bucket in milliseconds; undefined where the file does not tell it. */
  readonly bucketMs: number | undefined;
  /** The edges between the bins of latencies, in milliseconds, by what is measured. */
  readonly edges: ReadonlyMap<string, readonly number[]>;
}
