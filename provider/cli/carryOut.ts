import type { Order } from "../rollout/operator";
import type { DeploymentRequest } from "../rollout/write";
import { PortError, type Deployment, type Deployments } from "../rollout/ports";
import { writeMessage } from "../rollout/record";

/**
 * Carries out what a person orders. The order is made from the active deployment as it is right before the write.
 *
 * @throws Error with the reason when the order is refused, PortError when Cloudflare does not take it
 */
export async function carryOut(
  deployments: Deployments,
  order: (active: Deployment | undefined) => Order,
): Promise<DeploymentRequest> {
  const ordered = order(await deployments.active());
  if (ordered.kind === "refuse") throw new Error(ordered.reason);
  const { split, sentence, record } = ordered.request;
  const message = writeMessage(sentence, record);
  try {
    // A revert must not fail because a secret has changed since the old version was uploaded.
    await deployments.create(split, message, { force: record.phase === "aborted" });
  } catch (error) {
    if (!(error instanceof PortError) || error.failure !== "unavailable") throw error;
    // Perhaps only the answer was lost.
    const active = await deployments.active();
    if (active?.message !== message) throw error;
  }
  return ordered.request;
}
