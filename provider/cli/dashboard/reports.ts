import { cloudflareFailures } from "../../cloudflare/failures";
import { NotThere } from "../../dashboard/ports";
import { telemetryFor } from "../../host/dependencies";
import type { Plan } from "../../plan/plan";
import type { PastDeployments } from "../../rollout/ports";
import { reportOn } from "../../report/build";
import { deploymentsUntil } from "../../report/deployments";
import { htmlOf } from "../../report/html";
import type { AccountAccess } from "./access";

/**
 * The report of a past release, as a page of its own.
 *
 * @param past what was deployed to the Worker
 * @param plan the plan that it had; undefined where it is not known
 * @throws NotThere
 */
export async function reportPage(
  { client, accountId, clock }: AccountAccess,
  past: PastDeployments,
  { scriptName, releaseId, plan }: { scriptName: string; releaseId: string; plan: Plan | undefined },
): Promise<string> {
  const worker = { accountId, scriptName };
  const deployments = await deploymentsUntil(releaseId, past);
  const report = await reportOn({ scriptName, releaseId, plan }, deployments, {
    telemetry: telemetryFor(client, worker, plan ?? { probes: [] }),
    failures: cloudflareFailures(client, worker, { failures: () => [] }),
    clock,
  });
  if (report !== undefined) return htmlOf(report);
  throw new NotThere(`No deployment of Worker ${scriptName} tells of release ${releaseId} any more.`);
}
