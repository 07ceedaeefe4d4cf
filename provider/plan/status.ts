import { z } from "zod";
import type { StatusRange } from "../health/sli";

const allowed = 'a status from 100 to 599, a class such as "5xx", or a list of them';

const one = z.union(
  [
    z.int({ error: allowed }).min(100, { error: allowed }).max(599, { error: allowed }),
    z.enum(["1xx", "2xx", "3xx", "4xx", "5xx"], { error: allowed }),
  ],
  { error: allowed },
);

/** A status, a class of them, or a list of both. */
export const statuses = z.union([one, z.array(one).min(1, { error: allowed })], { error: allowed });

/** What {@link statuses} takes. */
export type Statuses = z.output<typeof statuses>;

/** The ranges that some statuses name. */
export function rangesOf(given: Statuses): readonly StatusRange[] {
  return [given].flat().map(rangeOf);
}

function rangeOf(status: string | number): StatusRange {
  if (typeof status === "number") return { from: status, to: status };
  const from = Number(status[0]) * 100;
  return { from, to: from + 99 };
}
