import type { GateSeen } from "../look/observation";
import type { GateAnswer } from "../ports";
import { stagePercent, type Release } from "../release";
import { formatPercent } from "../../plan/percent";
import { stageText } from "./words";

/** What the gate of a stage that is to be entered says, for the live line; empty where none is of interest. */
export function gateText(gate: GateSeen | undefined): string {
  if (gate === undefined || gate.kind === "open") return "";
  return `gate of stage ${gate.stage + 1}: ${answerText(gate)}`;
}

/** The sentence of a stage that waits for the gate of the next one, also the message of its deployment. */
export function gateSentence(release: Release, stage: number, answer: GateAnswer): string {
  const percent = formatPercent(stagePercent(release, stage + 1));
  return (
    `Release of ${release.scriptName}: ${stageText(release, stage)} has soaked well and waits for the gate of the next: ` +
    `${answerText(answer)}. To go to ${percent} without it: workers-release approve ${release.scriptName}`
  );
}

/** What a gate has answered, and what comes of it. */
export function answerText({ kind, text }: GateAnswer): string {
  const then = {
    asked: "",
    open: "",
    later: "it is asked again",
    closed: "it holds the stage, and is asked again every minute",
    failing: "it is asked again, less and less often",
  }[kind];
  if (text === "") return "asked";
  return then === "" ? text : `${text}, ${then}`;
}
