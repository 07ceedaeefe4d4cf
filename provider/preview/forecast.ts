import { requestsOf } from "../cloudflare/requests";
import { formatDuration } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Plan, PlanStage } from "../plan/plan";
import { settleMsIn } from "../rollout/release";
import { shortId } from "../rollout/text/versionText";
import { objectiveText } from "./objectiveText";

/** What a release by a plan comes to when nothing is found wrong. */
export interface Forecast {
  readonly stages: readonly ForecastStage[];
  /** How long the release lasts at least, in milliseconds, without the time in which it waits for a person. */
  readonly leastMs: number;
  /** The SLOs, as a reviewer reads them: `5xx ≤ 1 %`. */
  readonly objectives: readonly string[];
  /** About how many requests to Cloudflare's API it makes in that time. */
  readonly requests: number;
}

/** One stage of a forecast. */
export interface ForecastStage extends PlanStage {
  /** How long after the begin of the release it begins at the earliest, in milliseconds, waits for people left out. */
  readonly fromMs: number;
  /** How long it lasts at least: its soak, and the time that its last telemetry takes. */
  readonly leastMs: number;
}

/** Computes what a release by a plan comes to: from the plan alone, so that it is the same on every machine. */
export function forecastOf(plan: Plan): Forecast {
  let fromMs = 0;
  const stages = plan.stages.map((stage, index): ForecastStage => {
    const leastMs = stage.soakMs + settleMsIn({ plan }, index);
    fromMs += leastMs;
    return { ...stage, fromMs: fromMs - leastMs, leastMs };
  });
  const objectives = plan.slos.map(objectiveText);
  return { stages, leastMs: fromMs, objectives, requests: requestsOf(plan, fromMs) };
}

/** Whose traffic goes from which version to which; undefined is what is not known yet. */
export interface Move {
  readonly scriptName: string | undefined;
  readonly oldVersionId: string | undefined;
  readonly newVersionId: string | undefined;
}

/**
 * What a release is going to do, in a reviewer's words: `checkout: version 5e08bee6 → 1c5d7ecb through 0, 25, 50 (then a
 * person approves), 75, 100 %; at least 45m …`. Versions are told by the begin of their ids.
 *
 * @param plan undefined where it is not known yet
 */
export function forecastText(move: Move, plan: Plan | undefined): string {
  if (move.oldVersionId !== undefined && move.oldVersionId === move.newVersionId) {
    return `${wayText(move)}, which serves all traffic already: nothing is released.`;
  }
  const way = wayText(move);
  if (plan === undefined) return `${way} by a plan that is known only during the update.`;
  const { stages, leastMs, objectives, requests } = forecastOf(plan);
  const waits = stages.some(({ progression }) => progression === "manual");
  return [
    `${way} ${stagesText(stages)}`,
    `at least ${formatDuration(leastMs)}${waits ? " and the wait for the approval" : ""}`,
    `judged by ${listText(objectives)}`,
    `about ${requestsText(requests)} requests to the API.${move.oldVersionId === undefined ? firstText : ""}`,
  ].join("; ");
}

/** Whether a Worker has a version already, only its deployments tell. */
const firstText = " The first version of a Worker gets all traffic at once instead.";

function wayText({ scriptName, oldVersionId, newVersionId }: Move): string {
  const worker = scriptName ?? "a Worker that is known only during the update";
  const from = oldVersionId === undefined ? "the version that serves" : `version ${shortId(oldVersionId)}`;
  const to = newVersionId === undefined ? "one that is known only during the update" : shortId(newVersionId);
  return `${worker}: ${from} → ${to}`;
}

function stagesText(stages: readonly PlanStage[]): string {
  if (stages.length === 1) return "in one step";
  const shares = stages.map(
    ({ percent, progression }) =>
      `${formatPercent(percent).replace(" %", "")}${progression === "manual" ? " (then a person approves)" : ""}`,
  );
  return `through ${shares.join(", ")} %`;
}

/** `a, b and c` */
function listText(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1) ?? ""}`;
}

/** Two digits are all that an estimate is good for. */
function requestsText(requests: number): string {
  return String(Number(requests.toPrecision(2)));
}
