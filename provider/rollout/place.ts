import type { Stuck } from "./decide";
import { newer, PortError, type Deployment, type Split } from "./ports";
import { writeMessage, type ReleaseRecord } from "./record";
import type { Outside } from "./release";

/** How an attempt to deploy a split ended. */
export type Placed =
  | { readonly kind: "made"; readonly deployment: Deployment }
  /** Somebody deployed since the last look; nothing was written. */
  | { readonly kind: "changed" }
  /** Cloudflare did not take it, or its answer was lost. The next look shows which. */
  | { readonly kind: "stuck"; readonly stuck: Stuck };

/** One split to deploy, and what its deployment says. */
export interface Placement {
  readonly split: Split;
  readonly sentence: string;
  readonly record: ReleaseRecord;
}

/**
 * Deploys a split, once, if `expected` is still the active deployment. It never tries again by itself: the loop looks
 * and decides anew, so that a write whose answer was lost is seen before another is made, and judging does not pause.
 *
 * @param stuck the failure of the attempt before, if that is why this one is made
 */
export async function place(
  placement: Placement,
  expected: Deployment | undefined,
  stuck: Stuck | undefined,
  outside: Outside,
): Promise<Placed> {
  try {
    const active = newer(expected, await outside.deployments.active());
    if (active?.id !== expected?.id) return { kind: "changed" };
    const message = writeMessage(placement.sentence, placement.record);
    return { kind: "made", deployment: await outside.deployments.create(placement.split, message) };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const since = stuck?.since ?? outside.clock.now();
    return {
      kind: "stuck",
      stuck: { since, forGood: error.failure !== "unavailable", trouble: error.message },
    };
  }
}
