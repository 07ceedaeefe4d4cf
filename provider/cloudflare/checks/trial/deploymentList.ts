import { z } from "zod";
import type { Reply } from "../api";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { until } from "./patience";
import type { TestWorker } from "./testWorker";

/** More than the ten that are listed. */
const more = 9;
const fewest = 10;

/** How many deployments are listed: a release that is resumed reads its history from them. */
export const deploymentList: Check<TestWorker> = {
  id: "deployment-list",
  question: "How many deployments are listed, and in which order?",
  assumes: "the ten newest at least, the newest first",
  deadlineMs: 120_000,
  find: async (worker) => {
    const split = [{ versionId: worker.first, percent: 100 }];
    for (let made = 1; made <= more; made += 1) await worker.deploy(split, `number ${made}`);
    const path = `/accounts/${encodeURIComponent(worker.api.accountId)}/workers/scripts/${worker.scriptName}/deployments`;
    let reply: Reply = { status: 0, body: undefined };
    await until(worker.time, { forMs: 20_000, everyMs: 2000 }, async () => {
      reply = await worker.api.send("get", path);
      return judgeDeploymentList(reply, `number ${more}`).verdict === "holds" ? true : undefined;
    });
    return judgeDeploymentList(reply, `number ${more}`);
  },
};

const answered = z.object({
  result: z.object({
    deployments: z.array(
      z.object({
        created_on: z.string().transform(Date.parse).pipe(z.number()),
        annotations: z.object({ "workers/message": z.string().nullish() }).nullish(),
      }),
    ),
  }),
  result_info: z.object({ total_count: z.number().optional() }).nullish(),
});

/** Judges a list of twelve deployments, the newest of which has the message `newest`. */
export function judgeDeploymentList({ body, status }: Reply, newest: string): Finding {
  const parsed = answered.safeParse(body);
  if (!parsed.success) return open(`answered with HTTP ${status} in an unknown form`, reportIt);
  const { deployments } = parsed.data.result;
  const total = parsed.data.result_info?.total_count;
  const times = deployments.map(({ created_on }) => created_on);
  const isOrdered = times.every((time, i) => i === 0 || time <= (times[i - 1] ?? time));
  const isNewestFirst = deployments[0]?.annotations?.["workers/message"] === newest;
  const found = `${times.length} listed, result_info ${total === undefined ? "without a total" : `with a total of ${total}`}`;
  if (!isOrdered || !isNewestFirst)
    return fails(`${found}, but not the newest first`, reportIt, "other order");
  if (times.length < fewest) return fails(found, reportIt, "fewer");
  return holds(found, times.length === fewest ? "ten newest" : "more");
}
