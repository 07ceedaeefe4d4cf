import { openWrites } from "./kept";
import type { Gates } from "./ports";
import { stagePercent, type Dependencies } from "./release";
import type { Rollout } from "./rollout";

/** Whoever cannot ask a gate lets nobody through it. */
const noGates: Gates = {
  ask: () => ({ kind: "failing", text: "nothing here can ask a gate" }),
};

/** Nobody waits for the answer: the release is watched meanwhile. */
export function askGate(rollout: Rollout, stage: number, { gates = noGates, clock }: Dependencies): Rollout {
  const { release, state, observation } = rollout;
  const { plan, id: releaseId, scriptName, newVersionId, oldVersionId, startedAt } = release;
  const { gate } = plan.stages[stage] ?? {};
  if (gate === undefined) return rollout;
  const answer = gates.ask({
    ...{ gate, releaseId, scriptName, newVersionId, oldVersionId, startedAt },
    ...{ stage, stages: plan.stages.length, percent: stagePercent(release, stage) },
  });
  // A write that failed is tried again as soon as the gate is known to be open still.
  const isToWrite = answer.kind === "asked" || answer.kind === "open";
  const open = openWrites(rollout, clock.now());
  return {
    ...rollout,
    state: { ...state, ...open, ...(isToWrite && { failure: state.failure }) },
    observation: { ...observation, gate: { ...answer, stage } },
  };
}
