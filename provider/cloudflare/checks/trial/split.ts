import { formatElapsed } from "../../../plan/duration";
import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { until, type Became } from "./patience";
import type { TestWorker } from "./testWorker";

const patience = { forMs: 120_000, everyMs: 1000 };
const requests = 40;
/** Spread over some seconds, so that there are buckets to look at. */
const apartMs = 250;
const special = ["/throws", "/status-500", "/slow"];

/** How soon a deployment takes effect here, and whether both versions serve then. */
export const split: Check<TestWorker> = {
  id: "split",
  question: "How soon does a split of 50 % take effect, and do both versions serve?",
  assumes: "within 2 minutes, and both do",
  deadlineMs: 180_000,
  find: async (worker) => {
    await worker.deploy(
      [
        { versionId: worker.first, percent: 50 },
        { versionId: worker.second, percent: 50 },
      ],
      "The doctor of pulumi-workers-release tries a split.",
    );
    const seen = await until(worker.time, patience, async () =>
      (await worker.visit("/")).versionId === worker.second ? true : undefined,
    );
    const before = worker.sent.length;
    for (let sent = 0; sent < requests; sent += 1) {
      await worker.visit("/");
      await worker.time.pause(apartMs);
    }
    const served = worker.sent.slice(before).map(({ versionId }) => versionId);
    for (const path of [...special, ...special]) await worker.visit(path, worker.second);
    return judgeSplit(seen, {
      first: served.filter((id) => id === worker.first).length,
      second: served.filter((id) => id === worker.second).length,
    });
  },
};

/** How many requests each version has served, after the second was first `seen`. */
export function judgeSplit(
  seen: Became<true> | undefined,
  served: { readonly first: number; readonly second: number },
): Finding {
  if (seen === undefined) return fails("the new version served nothing for 2 minutes", reportIt, "no effect");
  const all = served.first + served.second;
  const found = `seen after ${formatElapsed(Math.max(1, seen.afterMs))}; then ${served.second} of ${all} requests went to the new one`;
  if (served.first > 0 && served.second > 0) return holds(found, "both");
  return fails(found, reportIt, "one only");
}
