import Table from "cli-table3";
import { formatDuration } from "../../plan/duration";
import type { Freeze } from "../../plan/freeze";
import { formatPercent } from "../../plan/percent";
import type { Plan } from "../../plan/plan";
import type { Forecast, ForecastStage } from "../../preview/forecast";

/** The stages of a plan with the earliest time of each, and what the plan says beside them. */
export function timelineText(name: string, plan: Plan, forecast: Forecast): string {
  const { stages, leastMs, objectives, requests } = forecast;
  const people = stages.filter(({ progression }) => progression === "manual").length;
  const waits = [
    ...(people === 0 ? [] : [people === 1 ? "the wait for a person" : `${people} waits for a person`]),
    ...(plan.freezes.length === 0 ? [] : ["the time in which it is frozen"]),
  ];
  const facts = [
    ["at least", [formatDuration(leastMs), ...waits].join(", and ")],
    ["judged by", objectives.join("\n")],
    ["unsure", whenUnsure[plan.whenUnsure]],
    ...(plan.probes.length === 0 ? [] : [["probes", probesText(plan)]]),
    ...(plan.freezes.length === 0 ? [] : [["frozen", plan.freezes.map(freezeText).join("\n")]]),
    ...(plan.minRequests === 0 ? [] : [["traffic", trafficText(plan)]]),
    [
      "requests",
      `about ${Number(requests.toPrecision(2))} to Cloudflare's API${waits.length === 0 ? "" : ", waits left out"}`,
    ],
  ];
  return [name, stagesTable(stages, plan), table(facts)].join("\n");
}

function stagesTable(stages: readonly ForecastStage[], plan: Plan): string {
  const rows = stages.map((stage, index) => [
    `${index + 1}`,
    formatPercent(stage.percent),
    stage.fromMs === 0 ? "at once" : `+${formatDuration(stage.fromMs)}`,
    formatDuration(stage.soakMs),
    thenText(stage, index === stages.length - 1, plan),
  ]);
  return table([["stage", "share", "earliest", "soak", "then"], ...rows]);
}

function thenText({ progression, percent }: ForecastStage, isLast: boolean, plan: Plan): string {
  const settled =
    percent === 0 || plan.settleMs === 0 ? "" : `${formatDuration(plan.settleMs)} for the last telemetry`;
  const next = isLast
    ? "complete"
    : progression === "manual"
      ? `a person approves, within ${formatDuration(plan.approvalTimeoutMs)}`
      : "goes on";
  return settled === "" ? next : `${settled}, ${next}`;
}

/** The stage that serves the fewest requests decides what a Worker must have for the plan. */
function trafficText({ stages, minRequests }: Plan): string {
  const needed = stages.map(({ percent, soakMs }) => minRequests / ((percent / 100) * (soakMs / 1000)));
  const served = needed.map((perSecond, index) => (stages[index]?.percent === 0 ? 0 : perSecond));
  const most = Math.max(...served);
  const stage = served.indexOf(most) + 1;
  return `at least ${rateText(most)} to the Worker: stage ${stage} has to serve ${minRequests} of them`;
}

const spans = [
  [1, "a second"],
  [60, "a minute"],
  [3600, "an hour"],
] as const;

/** `3.3 a second`, `40 an hour`: by the shortest span in which there is at least one. */
function rateText(perSecond: number): string {
  const [seconds, name] = spans.find(([seconds]) => perSecond * seconds >= 1) ?? spans[2];
  return `${Number((perSecond * seconds).toPrecision(2))} ${name}`;
}

const whenUnsure: Readonly<Record<Plan["whenUnsure"], string>> = {
  extend: "a soak that proves nothing is extended once, then all traffic goes back",
  ask: "a soak that proves nothing waits for a person",
  progress: "a soak that proves nothing passes",
  abort: "a soak that proves nothing sends all traffic back",
};

function probesText({ probes }: Plan): string {
  const to = probes.map(({ target, everyMs }) => {
    return `${"url" in target ? target.url : target.path} every ${formatDuration(everyMs)}`;
  });
  return to.join("\n");
}

function freezeText(freeze: Freeze): string {
  switch (freeze.kind) {
    case "daily":
      return `every day from ${freeze.from} to ${freeze.to}, ${freeze.timeZone}`;
    case "repeated":
      return `for ${formatDuration(freeze.lastsMs)} from each "${freeze.cron}", ${freeze.timeZone}`;
    case "once":
      return `from ${minuteText(freeze.from)} to ${minuteText(freeze.to)}`;
  }
}

function minuteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function table(rows: readonly (readonly string[])[]): string {
  // Its own colours would also go into a log file.
  const drawn = new Table({ style: { head: [], border: [] } });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}
