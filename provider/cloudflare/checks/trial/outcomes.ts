import type { Filter } from "../../../health/sli";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, groupValue, sum, total, type Cell } from "../answer";
import { count } from "../look";
import { is, keys } from "../query";
import { slowMs } from "./script";
import type { TestWorker } from "./testWorker";

/** How an exception, a returned 500 and a slow answer show: what the built-in SLIs count. */
export const outcomes: Check<TestWorker> = {
  id: "outcomes",
  question: "Are an exception, a returned 500 and a slow answer told for what they are?",
  assumes: "outcome exception; outcome ok with status 500; found by its wall time",
  find: async (worker) => {
    const look = worker.look();
    const requests = (path: string): Filter => is("$metadata.trigger", `GET ${path}`);
    const slower = { key: keys.wallTime, operation: "gt", type: "number", value: slowMs / 2 } as const;
    const by = [keys.outcome, keys.status];
    return judgeOutcomes({
      expected: worker.sent.filter(({ path }) => path === "/throws").length,
      thrown: cells(await count(look, [requests("/throws")], { by: [keys.outcome] })),
      status500: cells(await count(look, [requests("/status-500")], { by })),
      slow: total(await count(look, [requests("/slow"), slower])),
    });
  },
};

/** Of each kind, `expected` were sent. */
export interface Outcomes {
  readonly expected: number;
  readonly thrown: readonly Cell[];
  readonly status500: readonly Cell[];
  /** How many are found to be slow. */
  readonly slow: number;
}

/** Judges what the telemetry says of requests that went wrong in a known way. */
export function judgeOutcomes({ expected, thrown, status500, slow }: Outcomes): Finding {
  if (expected === 0) return open("none were sent", "See the checks above.");
  const exceptions = sum(thrown.filter((cell) => groupValue(cell, keys.outcome) === "exception"));
  const returned = sum(
    status500.filter(
      (cell) => groupValue(cell, keys.outcome) === "ok" && groupValue(cell, keys.status) === "500",
    ),
  );
  const found = `of ${expected} each: ${exceptions} exceptions, ${returned} returned 500s, ${slow} slow ones`;
  return [exceptions, returned, slow].every((number) => number === expected)
    ? holds(found, "as assumed")
    : fails(found, reportIt, "differ");
}
