import { formatDuration, formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import { limitUsage, type Assessment } from "../look/assess";
import type { Observation } from "../look/observation";
import { shownOf } from "../look/shown";
import { windowWarning } from "../look/window";
import { heldUntil, settleMsIn, stagePercent, type Release } from "../release";
import type { State, Waiting } from "../state";
import { shareText } from "./causeText";
import { frozenText } from "./freezeText";
import { unservedText } from "./gapText";
import { gateText } from "./gateText";
import { countsText, sloText } from "./sloText";
import { joinedBy } from "./words";

/** The line that is always up to date: stage, percentage, what is left of the soak, and the worst SLO. */
export function statusLine(
  release: Release,
  state: State,
  observation: Observation,
  assessment: readonly Assessment[],
  now: number,
): string {
  const parts = [
    `stage ${state.stage + 1}/${release.plan.stages.length}`,
    formatPercent(stagePercent(release, state.stage)),
    phaseText(release, state, now),
    gateText(observation.gate),
    frozenText(release, state.stage, now),
    worstText(assessment),
    burstsText(assessment),
    wrongShareText(assessment),
    unservedText(observation.testimony),
  ];
  const window = windowWarning(release, observation.uploadsLeft);
  if (window !== undefined) parts.push(window);
  parts.push(paceText(release, observation));
  if (observation.troubles.length > 0)
    parts.push(`cannot see everything: ${observation.troubles.join("; ")}`);
  return joinedBy(" · ", parts);
}

/** How often the release really looks, where that is less often than the plan says. */
function paceText({ plan }: Release, { pace: { everyMs, deploymentsEveryMs } }: Observation): string {
  const looks = everyMs > plan.pollIntervalMs ? `looks every ${formatElapsed(everyMs)}` : "";
  const reads =
    deploymentsEveryMs > everyMs ? `reads its deployments every ${formatElapsed(deploymentsEveryMs)}` : "";
  if (looks === "" && reads === "") return "";
  const what = [looks, reads].filter((part) => part !== "").join(" and ");
  return `${what}, since all that uses the API token shares one limit (pollInterval: ${formatDuration(plan.pollIntervalMs)})`;
}

function phaseText(release: Release, state: State, now: number): string {
  if (state.phase !== "starting" && state.heldBy !== undefined) {
    return `held by ${state.heldBy}: workers-release resume ${release.scriptName}`;
  }
  switch (state.phase) {
    case "starting":
      return joinedBy(": ", ["not deployed yet", state.failure?.trouble ?? ""]);
    case "waiting":
      return state.approvedBy === undefined
        ? waitText(release, state, now)
        : `the next stage is approved by ${state.approvedBy}`;
    case "soaking": {
      const soakMs = release.plan.stages[state.stage]?.soakMs ?? 0;
      const isHeld = heldUntil(release, state.stage, now) !== undefined;
      return soakText(state.since + soakMs, settleMsIn(release, state.stage), now, isHeld);
    }
  }
}

function soakText(soakedUntil: number, settleMs: number, now: number, isHeld: boolean): string {
  const left = soakedUntil - now;
  if (left > 0) return `${wholeSeconds(left)} of soak left`;
  if (left + settleMs > 0)
    return `soaked, its last telemetry arrives within ${wholeSeconds(left + settleMs)}`;
  if (isHeld) return "soaked";
  return `soak extended since ${formatElapsed(Math.max(1000, -left - settleMs))}`;
}

/** Whole seconds, so that the end of a soak reads like the rest of it. */
function wholeSeconds(ms: number): string {
  return formatElapsed(Math.ceil(ms / 1000) * 1000);
}

/** How much of its limit an SLO has used in the stage, as a person is shown it. */
function usageOf({ slo, served }: Assessment): number {
  const shown = shownOf(slo, served);
  return limitUsage(shown.bounds, shown.served);
}

function waitText(release: Release, { since, awaitsGate }: Waiting, now: number): string {
  const left = formatElapsed(Math.max(0, since + release.plan.approvalTimeoutMs - now));
  const approve = `workers-release approve ${release.scriptName}`;
  if (awaitsGate)
    return `waits for the gate of the next stage, ${left} left; to go on without it: ${approve}`;
  return `waits for an approval, ${left} left: ${approve}`;
}

/** The SLO closest to its limit in this stage, or the one with the strongest evidence against it. */
function worstText(assessment: readonly Assessment[]): string {
  const [worst] = assessment.toSorted(
    (a, b) => b.verdict.evidence - a.verdict.evidence || usageOf(b) - usageOf(a),
  );
  if (worst === undefined) return "";
  if (worst.served.new.valid === 0) return "no requests on the new version yet";
  const observed = worst.slo.observeOnly ? " (observed only)" : "";
  const { served, limit } = sloText(worst.slo, worst.served);
  return `${worst.slo.name}${observed} ${countsText(served.new)}, ${limit}`;
}

/** From here on a person should know that a violation takes longer to prove. */
const muchDivided = 3;

/** That failures come together, where each of them therefore says much less. */
function burstsText(assessment: readonly Assessment[]): string {
  // Of the SLO that every plan has it is so by design, and no news.
  const [worst] = assessment
    .filter(({ slo }) => !slo.observeOnly && !slo.byDefault)
    .toSorted((a, b) => b.verdict.dividedBy - a.verdict.dividedBy);
  if (worst === undefined || worst.verdict.dividedBy < muchDivided) return "";
  const { name, sli } = worst.slo;
  const because = sli.kind === "slower" ? "each version's load swings" : "bad events come in bursts";
  return `${name}: evidence divided by ${Number(worst.verdict.dividedBy.toPrecision(2))}, since ${because}`;
}

/** That the new version serves too few requests or too many: the stage does not pass like that. */
function wrongShareText(assessment: readonly Assessment[]): string {
  const found = assessment.find(({ slo, wrongShare }) => wrongShare !== undefined && !slo.observeOnly);
  return found?.wrongShare === undefined
    ? ""
    : `wrong share: the new version serves ${shareText(found.wrongShare)}`;
}
