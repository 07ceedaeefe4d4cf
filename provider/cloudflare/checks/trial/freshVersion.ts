import { z } from "zod";
import { formatElapsed } from "../../../plan/duration";
import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { until } from "./patience";
import type { TestWorker } from "./testWorker";

/** Whether a version can be read as soon as it is uploaded. */
export const freshVersion: Check<TestWorker> = {
  id: "fresh-version",
  question: "Can a version be read right after its upload?",
  assumes: "after some seconds at most; until then it is answered with code 100146",
  find: async ({ api, time, scriptName, second }) => {
    const path = `/accounts/${encodeURIComponent(api.accountId)}/workers/scripts/${scriptName}/versions/${second}`;
    const codes: number[] = [];
    const became = await until(time, { forMs: 30_000, everyMs: 500 }, async () => {
      const { status, body } = await api.send("get", path);
      if (status === 200) return true;
      codes.push(codeOf(body) ?? 0);
      return undefined;
    });
    return judgeFreshVersion(became?.afterMs, codes);
  },
};

const failed = z.object({ errors: z.array(z.object({ code: z.number() })).min(1) });

function codeOf(body: unknown): number | undefined {
  const parsed = failed.safeParse(body);
  return parsed.success ? parsed.data.errors[0]?.code : undefined;
}

/** It could be read after `afterMs`, or not at all; until then the answers had these codes. */
export function judgeFreshVersion(afterMs: number | undefined, codes: readonly number[]): Finding {
  const seen = [...new Set(codes)].join(", ");
  if (afterMs === undefined) return fails(`not within 30 s (codes ${seen})`, reportIt, "never");
  if (codes.length === 0) return holds("at once", "at once");
  return holds(`after ${formatElapsed(Math.max(1, afterMs))}, with code ${seen} until then`, "later");
}
