import { act } from "./act";
import { begin } from "./begin";
import { decide } from "./decide";
import type { Outcome } from "./outcome";
import type { Outside, ReleaseRequest } from "./release";
import { statusLine } from "./sentences";
import { look } from "./sight";

/**
 * Carries a Worker from its old version to a new one: the loop that moves traffic. It looks, decides and acts until
 * the release is over. All that is decided is in {@link decide}, all that is done in {@link act}.
 *
 * @throws CannotStart and PortError before anything is moved; afterwards every failure is an {@link Outcome}
 */
export async function run(request: ReleaseRequest, outside: Outside): Promise<Outcome> {
  let step = await begin(request, outside);
  while (!("outcome" in step)) {
    const { clock, interruption, progress } = outside;
    const { release, state, stuck } = step;
    const sight = await look(release, step.sight, outside);
    const now = clock.now();
    const action = decide({ release, state, sight, stuck, interrupted: interruption.requested, now });
    if (action.do === "keep") progress.status(statusLine(release, state, sight, now));
    step = await act(action, { release, state, sight, stuck }, outside);
    if ("outcome" in step) break;
    await Promise.race([clock.sleep(release.plan.pollIntervalMs), interruption.happened]);
  }
  return step.outcome;
}
