import { cloudflareDeployments } from "../../deployments";
import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { until } from "./patience";
import type { TestWorker } from "./testWorker";

/** The record of a release stands at the end of a message of at most this many bytes. */
const bytes = 1000;

/** Whether a deployment keeps what a release writes into it. It also brings the second version in at 0 %. */
export const messageKept: Check<TestWorker> = {
  id: "message",
  question: "Does a deployment keep a message of 1000 bytes?",
  assumes: "it does, to the byte",
  find: async (worker) => {
    const message = `${"é".repeat((bytes - 6) / 2)}[end.]`;
    await worker.deploy(
      [
        { versionId: worker.first, percent: 100 },
        { versionId: worker.second, percent: 0 },
      ],
      message,
    );
    const { client, accountId } = worker.api;
    const deployments = cloudflareDeployments(client, { accountId, scriptName: worker.scriptName });
    const read = await until(worker.time, { forMs: 30_000, everyMs: 2000 }, async () => {
      const active = await deployments.active();
      return active?.split.length === 2 ? active.message : undefined;
    });
    return judgeMessage(message, read?.value);
  },
};

/** `written` was read as `read`; undefined when the deployment was not there in time. */
export function judgeMessage(written: string, read: string | undefined): Finding {
  if (read === undefined) return fails("the deployment could not be read within 30 s", reportIt, "not read");
  if (read === written) return holds("it does", "kept");
  return fails(
    `${Buffer.byteLength(read)} of ${Buffer.byteLength(written)} bytes came back`,
    reportIt,
    "changed",
  );
}
