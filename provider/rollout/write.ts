import type { WriteFailure } from "./decide";
import { newer, PortError, type Deployment, type Split } from "./ports";
import { writeMessage, type ReleaseRecord } from "./record";
import type { Dependencies } from "./release";

/** How an attempt to deploy a split ended. */
export type DeployResult =
  | { readonly kind: "made"; readonly deployment: Deployment }
  /** Somebody deployed since the last look; nothing was written. */
  | { readonly kind: "changed" }
  /** Cloudflare did not take it, or its answer was lost. The next look shows which. */
  | { readonly kind: "failure"; readonly failure: WriteFailure };

/** One split to deploy, and what its deployment says. */
export interface DeploymentRequest {
  readonly split: Split;
  readonly sentence: string;
  readonly record: ReleaseRecord;
}

/**
 * Deploys a split, once, if `expected` is still the active deployment. It never tries again by itself: the loop looks
 * and decides anew, so that a write whose answer was lost is seen before another is made, and judging does not pause.
 *
 * @param failure the failure of the attempt before, if that is why this one is made
 */
export async function deployIfUnchanged(
  request: DeploymentRequest,
  expected: Deployment | undefined,
  failure: WriteFailure | undefined,
  dependencies: Dependencies,
): Promise<DeployResult> {
  try {
    const active = newer(expected, await dependencies.deployments.active());
    if (active?.id !== expected?.id) return { kind: "changed" };
    const message = writeMessage(request.sentence, request.record);
    return { kind: "made", deployment: await dependencies.deployments.create(request.split, message) };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const since = failure?.since ?? dependencies.clock.now();
    return {
      kind: "failure",
      failure: { since, forGood: error.failure !== "unavailable", trouble: error.message },
    };
  }
}
