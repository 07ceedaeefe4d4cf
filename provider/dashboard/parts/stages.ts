import { markup, type Markup } from "../../markup";
import { formatDuration } from "../../plan/duration";
import type { ReleaseView, StageView } from "../../view/schema";
import { sign, type Sign } from "./sign";
import { ago } from "./time";

const signs: Readonly<Record<StageView["state"], Sign>> = {
  over: "done",
  current: "running",
  coming: "coming",
};
const words: Readonly<Record<StageView["state"], string>> = {
  over: "over",
  current: "now",
  coming: "to come",
};

/** The stages of a plan in a row, the current one marked. */
export function stageTrack(release: ReleaseView, now: number): Markup {
  const { stages, stage } = release;
  if (stages === null) {
    return markup`<p>Stage ${stage.number} of ${stage.of}, ${stage.percent} %${stage.startedAt !== null && markup`, begun ${ago(stage.startedAt, now)}`}. What its plan says of the other stages is not known here.</p>`;
  }
  return markup`<ol class="stages" aria-label="Stages">${stages.map((one) => stageOf(one, release))}</ol>`;
}

function stageOf(stage: StageView, release: ReleaseView): Markup {
  const isCurrent = stage.state === "current";
  const skipped = stage.state === "over" && stage.startedAt === null;
  const current = isCurrent ? markup` aria-current="step"` : "";
  return markup`<li class="${stage.state}"${current}>
    <span class="place">${sign(isCurrent && release.waitsFor !== null ? "waiting" : signs[stage.state])}<strong>${stage.percent} %</strong> <span class="soft">${skipped ? "skipped" : words[stage.state]}</span></span>
    ${isCurrent && soakBar(release)}
    <span class="soft">soak ${formatDuration(stage.soakMs)}${stage.progression === "manual" && ", then a person approves"}</span>
  </li>`;
}

function soakBar({ stage: { soakMs, soakLeftMs } }: ReleaseView): Markup | undefined {
  if (soakMs === null || soakLeftMs === null || soakMs === 0) return undefined;
  const done = Math.round((100 * (soakMs - soakLeftMs)) / soakMs);
  return markup`<progress max="100" value="${done}" aria-label="Soaked">${done} %</progress>`;
}
