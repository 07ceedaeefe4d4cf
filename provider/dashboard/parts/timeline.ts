import { markup, type Markup } from "../../markup";
import { formatDuration } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import type { Plan } from "../../plan/plan";
import { forecastOf } from "../../preview/forecast";

/** The stages of a plan with the time at which each begins at the earliest, and where a person is needed. */
export function planTimeline(plan: Plan): Markup {
  const items = forecastOf(plan).stages.map(
    ({ percent, soakMs, progression, fromMs }) =>
      markup`<li class="coming"><span class="place"><strong>${formatPercent(percent)}</strong> <span class="soft">after ${fromMs === 0 ? "0s" : formatDuration(fromMs)}</span></span><span class="soft">soak ${formatDuration(soakMs)}${progression === "manual" && ", then a person approves"}</span></li>`,
  );
  return markup`<ol class="stages" aria-label="Stages of the plan">${items}</ol>`;
}

/** What else a plan comes to, in a line. */
export function planSummary(plan: Plan): Markup {
  const { stages, leastMs, objectives, requests } = forecastOf(plan);
  const waits = stages.filter(({ progression }) => progression === "manual").length;
  const people = waits === 0 ? "" : ` and ${waits === 1 ? "one approval" : `${waits} approvals`}`;
  return markup`<p class="soft">At least ${formatDuration(leastMs)}${people}; judged by ${objectives.join(", ")}; about ${Number(requests.toPrecision(2))} requests to the API.</p>`;
}
