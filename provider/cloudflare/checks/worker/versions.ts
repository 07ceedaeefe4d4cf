import { uploadsUntilGone } from "../../../rollout/look/window";
import { cloudflareDeployments } from "../../deployments";
import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";
import type { WorkerSubject } from "./subject";

/** A revert is a deployment too. */
const fewLeft = 10;

/** Whether the active version could still be deployed after another one. */
export const versions: Check<WorkerSubject> = {
  id: "versions",
  question: "Is the active version among the 100 newest, which can be deployed?",
  assumes: "it is, and stays so while a release lasts",
  find: async ({ api: { client, accountId }, scriptName }) => {
    const deployments = cloudflareDeployments(client, { accountId, scriptName });
    const active = await deployments.active();
    const serving = active?.split.toSorted((a, b) => b.percent - a.percent)[0];
    const ids = await deployments.deployable();
    return judgeVersions(serving && ids.indexOf(serving.versionId), ids.length);
  },
};

/** The active version has `newer` versions above it in a list of `listed`; -1 when it is not in the list. */
export function judgeVersions(newer: number | undefined, listed: number): Finding {
  if (newer === undefined) return open("no version is active", "Deploy a first version.");
  const advice =
    "Upload and deploy its code again as a new version before a release: Cloudflare refuses to put traffic back on a version that is too old.";
  if (newer < 0) return fails(`it is not among the ${listed} that can be deployed`, advice);
  const left = uploadsUntilGone(newer);
  const found = `${newer} are newer; it can be deployed until ${left} more are uploaded`;
  return left < fewLeft ? fails(found, advice) : holds(found);
}
