import type { Check } from "../check";
import { fails, holds, type Finding } from "../finding";
import { formatPercent } from "../../../plan/percent";
import { cloudflareDeployments } from "../../deployments";
import type { Deployment } from "../../../rollout/ports";
import { isUnderWay } from "../../../rollout/record/record";
import type { WorkerSubject } from "./subject";

/** Whether a release could begin on what is deployed. */
export const deployment: Check<WorkerSubject> = {
  id: "deployment",
  question: "Does one version have all of the Worker's traffic?",
  assumes: "it does; a release begins with one version, or goes on with its own split",
  find: async ({ api, scriptName }) => {
    const { client, accountId } = api;
    return judgeDeployment(await cloudflareDeployments(client, { accountId, scriptName }).active());
  },
};

/** Judges the active deployment. */
export function judgeDeployment(active: Deployment | undefined): Finding {
  if (active === undefined) {
    return fails(
      "the Worker has never been deployed",
      "Deploy a first version, with wrangler deploy for example.",
    );
  }
  const serving = active.split.filter(({ percent }) => percent > 0);
  if (active.split.length === 1 || serving.length === 1) return holds("it does");
  const split = `split ${serving.map(({ percent }) => formatPercent(percent)).join(" and ")}`;
  const { record } = active;
  if (record !== undefined && isUnderWay(record)) {
    return holds(`${split} by a release that is under way; the next pulumi up goes on with it`);
  }
  return fails(
    `${split}, not by a release of this package`,
    "Put one version at 100 % first, with wrangler versions deploy for example: a release stops at a split it has not made.",
  );
}
