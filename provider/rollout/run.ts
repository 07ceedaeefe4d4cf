import { act, revertFor, type Course, type Step } from "./act";
import { begin } from "./begin";
import { decide } from "./decide";
import type { Outcome } from "./outcome";
import type { Outside, ReleaseRequest } from "./release";
import { statusLine } from "./sentences";
import { look, type Sight } from "./sight";
import { unlessAborted } from "./unlessAborted";

/**
 * Carries a Worker from its old version to a new one: the loop that moves traffic. It looks, decides and acts until
 * the release is over. All that is decided is in {@link decide}, all that is done in {@link act}.
 *
 * @throws CannotStart and PortError before anything is moved; afterwards every failure is an {@link Outcome}
 */
export async function run(request: ReleaseRequest, outside: Outside): Promise<Outcome> {
  let step: Step = await begin(request, outside);
  while (!("outcome" in step)) {
    step = await turn(step, outside);
    if ("outcome" in step) break;
    const { clock, interruption } = outside;
    await unlessAborted(clock.sleep(step.release.plan.pollIntervalMs), interruption);
  }
  return step.outcome;
}

/** One look, one decision and what follows from it. */
async function turn(course: Course, outside: Outside): Promise<Step> {
  const { release, state, stuck } = course;
  try {
    const sight = await lookUnlessInterrupted(course, outside);
    const now = outside.clock.now();
    const { aborted: interrupted } = outside.interruption;
    const action = decide({ release, state, sight, stuck, interrupted, now });
    if (action.do === "keep") outside.progress.status(statusLine(release, state, sight, now));
    return await act(action, { release, state, sight, stuck }, outside);
  } catch (error) {
    // Nothing of this is expected to throw. If it does, that is a fault of ours, and no traffic may suffer from it.
    return { outcome: await revertFor({ kind: "fault", fault: String(error) }, course, outside) };
  }
}

/** A look; where an interruption reverts, it also ends a look that waits for an answer. */
async function lookUnlessInterrupted({ release, state, sight }: Course, outside: Outside): Promise<Sight> {
  const looked = look(release, state, sight, outside);
  if (release.plan.onInterrupt === "hold") return looked;
  return (await unlessAborted(looked, outside.interruption)) ?? sight;
}
