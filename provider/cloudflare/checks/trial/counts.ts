import { formatElapsed } from "../../../plan/duration";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, groupValue } from "../answer";
import { count } from "../look";
import { isVisit, keys } from "../query";
import { until } from "./patience";
import type { TestWorker } from "./testWorker";

/** Later than any reported, by far. */
const patience = { forMs: 180_000, everyMs: 3000 };

/** How many requests each version has served, by what was sent or by what the telemetry says. */
export interface PerVersion {
  readonly first: number;
  readonly second: number;
}

/** Whether telemetry counts each version's requests exactly, and how soon. */
export const counts: Check<TestWorker> = {
  id: "counts",
  question: "Does telemetry count each version's requests exactly, and how soon?",
  assumes: "to the request, within 60 s",
  deadlineMs: 210_000,
  find: async (worker) => {
    const sent = servedBy(worker);
    const last = Math.max(...worker.sent.map(({ sentAt }) => sentAt));
    let counted: PerVersion = { first: 0, second: 0 };
    await until(worker.time, patience, async () => {
      counted = await countedOf(worker);
      return counted.first >= sent.first && counted.second >= sent.second ? true : undefined;
    });
    const unknown = worker.sent.filter(({ status }) => status === 0).length;
    return judgeCounts(sent, counted, { unknown, afterMs: worker.time.now() - last });
  },
};

function servedBy({ sent, first, second }: TestWorker): PerVersion {
  const by = (id: string): number => sent.filter(({ versionId }) => versionId === id).length;
  return { first: by(first), second: by(second) };
}

async function countedOf({ look, first, second }: TestWorker): Promise<PerVersion> {
  const found = cells(await count(look(), isVisit, { by: [keys.version] }));
  const of = (id: string): number => found.find((cell) => groupValue(cell, keys.version) === id)?.value ?? 0;
  return { first: of(first), second: of(second) };
}

/** Of the requests sent, those counted after `afterMs`; nobody knows who served the `unknown` ones. */
export function judgeCounts(
  sent: PerVersion,
  counted: PerVersion,
  { unknown, afterMs }: { readonly unknown: number; readonly afterMs: number },
): Finding {
  const found =
    `${counted.first} of ${sent.first} and ${counted.second} of ${sent.second}, ` +
    `${formatElapsed(Math.max(1, afterMs))} after the last one was sent`;
  const isExact = counted.first === sent.first && counted.second === sent.second;
  if (sent.first + sent.second === 0) return open("no version has served anything", "See the checks above.");
  if (isExact) return holds(found, "exact");
  if (unknown > 0) {
    return open(
      `${found}; ${unknown} requests got no answer`,
      "Run the doctor again, on a better line.",
      "unknown",
    );
  }
  const missing = counted.first < sent.first || counted.second < sent.second;
  return fails(found, reportIt, missing ? "too few" : "too many");
}
