import { statusOf } from "./deploymentStatus";
import type { Observation } from "./look/observation";
import { isOrdered } from "./operator";
import type { Deployment } from "./ports";
import type { ReleaseRecord } from "./record/record";
import type { Dependencies } from "./release";
import type { Rollout } from "./rollout";
import { unlessFoundOver } from "./write/again";
import { tellOfOverwritten } from "./write/overwritten";

/** A write of this run whose answer was lost. An order of the same release is none. */
export function isOwnLate(
  deployment: Deployment,
  { release, state }: Pick<Rollout, "release" | "state">,
): deployment is Deployment & { readonly record: ReleaseRecord } {
  if (deployment.record?.run !== release.run || isOrdered(deployment)) return false;
  return (state.failure?.lostAt ?? state.lostAt) !== undefined;
}

/**
 * What is deployed, where a look shows that a write whose answer was lost has taken effect: it may have done so over what
 * somebody has deployed before it, or since. That is deployed again, as after a write that was answered.
 */
export async function unlessLate(
  rollout: Rollout,
  observed: Observation,
  dependencies: Dependencies,
): Promise<Observation> {
  const { release, state, observation: before } = rollout;
  const { active: made } = observed;
  if (made === undefined || made.id === before.active?.id || !isOwnLate(made, rollout)) return observed;
  const { kind } = statusOf(release, state, made);
  // The write of a stage, or the one that ends the release.
  if (kind !== "moved" && kind !== "ended") return observed;
  const expected = state.phase === "starting" ? state.before?.id : state.deploymentId;
  const { record, split, message: sentence } = made;
  const request = { split, sentence, record };
  const written = await unlessFoundOver(
    made,
    request,
    (active) => (active === undefined || active.id === expected ? { write: request } : { instead: active }),
    { known: made, isToStayOverwritten: (theirs) => isOwnLate(theirs, rollout) },
    dependencies,
  );
  tellOfOverwritten(written, release, dependencies);
  if (written.kind !== "instead") return observed;
  return { ...observed, active: written.because, isOvertaken: true };
}
