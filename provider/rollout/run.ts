import { act, revertFor, type Rollout, type Step } from "./act";
import { begin } from "./begin";
import { decide } from "./decide";
import type { Outcome } from "./outcome";
import type { Dependencies, ReleaseRequest } from "./release";
import { statusLine } from "./sentences";
import { observe, type Observation } from "./observe";

/**
 * Carries a Worker from its old version to a new one: the loop that moves traffic. It looks, decides and acts until
 * the release is over. All that is decided is in {@link decide}, all that is done in {@link act}.
 *
 * @throws CannotStart and PortError before anything is moved; afterwards every failure is an {@link Outcome}
 */
export async function run(request: ReleaseRequest, dependencies: Dependencies): Promise<Outcome> {
  let step: Step = await begin(request, dependencies);
  while (!("outcome" in step)) {
    step = await turn(step, dependencies);
    if ("outcome" in step) break;
    const { clock, interruption } = dependencies;
    await Promise.race([clock.sleep(step.release.plan.pollIntervalMs), interruption.happened]);
  }
  return step.outcome;
}

/** One observe, one decision and what follows from it. */
async function turn(rollout: Rollout, dependencies: Dependencies): Promise<Step> {
  const { release, state, failure } = rollout;
  try {
    const observation = await observeUnlessInterrupted(rollout, dependencies);
    const now = dependencies.clock.now();
    const { requested: interrupted } = dependencies.interruption;
    const action = decide({ release, state, observation, failure, interrupted, now });
    if (action.do === "keep") dependencies.progress.status(statusLine(release, state, observation, now));
    return await act(action, { release, state, observation, failure }, dependencies);
  } catch (error) {
    // Nothing of this is expected to throw. If it does, that is a fault of ours, and no traffic may suffer from it.
    return { outcome: await revertFor({ kind: "fault", fault: String(error) }, rollout, dependencies) };
  }
}

/** A look; where an interruption reverts, it also ends a look that waits for an answer. */
function observeUnlessInterrupted(
  { release, state, observation }: Rollout,
  dependencies: Dependencies,
): Promise<Observation> {
  const looked = observe(release, state, observation, dependencies);
  if (release.plan.onInterrupt === "hold") return looked;
  return Promise.race([looked, dependencies.interruption.happened.then(() => observation)]);
}
