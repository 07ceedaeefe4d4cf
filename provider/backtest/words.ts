import { formatDuration, formatElapsed } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Plan } from "../plan/plan";
import { badness, type Detection } from "./detection";
import type { Rate } from "./statistics";

/** A share as a person reads it: at most two digits, `4.4 %`. */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** `4.4 %`, or where it never happened what is still possible: `0 % (below 0.9 %)`. */
export function rateText({ count, of, high }: Rate): string {
  if (of === 0) return "–";
  return count === 0 ? `0 % (below ${percentText(high)})` : percentText(count / of);
}

/** `21 of 478 releases, 2.9 to 6.6 %`: from how many it is known, and how well. */
export function certaintyText({ count, of, low, high }: Rate): string {
  return `${count} of ${of} releases, ${percentText(low)} to ${percentText(high)}`;
}

/** Hours of the day as spans: `01–03h, 16h UTC`. */
export function hoursText(hours: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const hour of hours) {
    const last = spans.at(-1);
    if (last?.[1] === hour - 1) last[1] = hour;
    else spans.push([hour, hour]);
  }
  const two = (hour: number): string => String(hour).padStart(2, "0");
  return `${spans.map(([from, to]) => `${two(from)}:00–${two(to)}:59`).join(", ")} UTC`;
}

/** A moment to the minute: `2030-01-01 02:05Z`. */
export function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")}Z`;
}

/** How many times as bad: `2 times`, `all bad`. */
export function timesText(times: number): string {
  return times === Infinity ? "all bad" : `${times} times`;
}

/** How soon a worse version is caught: `1m 20s`, `36m in 7 of 8`, `never`, `allowed`; a dash where nothing judges it. */
export function caughtText({ allowed, alone, caught, medianMs }: Detection): string {
  if (allowed === true) return "allowed";
  if (allowed === "nothing" || caught.of === 0 || (alone && caught.count === 0)) return "–";
  if (caught.count === 0) return "never";
  if (medianMs === undefined) return `${caught.count} of ${caught.of}`;
  const time = formatElapsed(medianMs);
  return caught.count === caught.of ? time : `${time}, ${caught.count}/${caught.of}`;
}

/** How soon each badness of one SLO is caught, a row for each stage. `later` follows what some later stage has caught. */
export function detectionRows(
  { stages }: Plan,
  detection: readonly Detection[],
  slo: string,
  later: string,
): string[][] {
  const own = detection.filter((one) => one.slo === slo);
  return [...new Set(own.map(({ stage }) => stage))].map((stage) => [
    `${formatPercent(stages[stage]?.percent ?? 0)} for ${formatDuration(stages[stage]?.soakMs ?? 0)}`,
    ...badness.map((times) => {
      const one = own.find((cell) => cell.stage === stage && cell.times === times);
      return one === undefined ? "–" : caughtText(one) + (one.inStage.count < one.caught.count ? later : "");
    }),
  ]);
}
