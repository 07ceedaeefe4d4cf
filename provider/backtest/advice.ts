import { formatDuration, formatElapsed } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Plan } from "../plan/plan";
import type { Backtest } from "./backtest";
import { hoursText, minuteText, percentText } from "./words";

/** A limit so many times as wide as its swings need hides what is worse. */
const wide = 5;
/** A stage that sees too few requests more often than that holds releases up. */
const oftenTooFew = 0.05;

/** What to change in the plan, each in a sentence or two; empty where nothing speaks for a change. */
export function adviceOn(plan: Plan, tested: Backtest): readonly string[] {
  return [
    ...onAborts(plan, tested),
    ...onTraffic(plan, tested),
    ...onDetection(tested),
    ...onWideLimits(plan, tested),
  ];
}

const comparing = "compare it with the old version in the same minutes (maxIncrease)";

function onAborts({ slos }: Plan, { unchanged, limits, level }: Backtest): readonly string[] {
  if (unchanged.aborted.low <= level) return [];
  const hours = abortingHours(unchanged.byHour);
  return unchanged.bySlo
    .filter(({ violated }) => violated.low > level)
    .map(({ slo, violated }) => {
      const rate = percentText(violated.count / violated.of);
      const found = `${slo} aborts ${rate} of the releases of an unchanged version; the plan allows ${percentText(level)}.`;
      const limit = limits.find((one) => one.slo === slo);
      const isCompared = slos.find(({ name }) => name === slo)?.maxIncrease !== undefined;
      const raise =
        limit?.max !== undefined && limit.fits !== undefined && limit.fits > limit.max
          ? `Set its limit to ${percentText(limit.fits)} (max: ${limit.fits}), which 99 of 100 spans keep${isCompared ? "" : `; or ${comparing}`}`
          : isCompared
            ? "Give it a wider limit"
            : `Give it a wider limit, or ${comparing}`;
      const avoid =
        hours.length > 0 && hours.length <= 8 ? `; or do not release at ${hoursText(hours)}.` : ".";
      return `${found} ${raise}${avoid}`;
    });
}

/** The hours in which so much more is aborted than in others that they are the reason: all of it, or nearly. */
export function abortingHours(byHour: Backtest["unchanged"]["byHour"]): readonly number[] {
  const aborted = byHour.filter((hour) => hour.aborted > 0);
  return aborted.length === 24 ? [] : aborted.map(({ hour }) => hour);
}

function onTraffic({ minRequests }: Plan, { stages }: Backtest): readonly string[] {
  return stages
    .filter(({ tooFew }) => tooFew.count > oftenTooFew * tooFew.of)
    .map(({ stage, percent, soakMs, tooFew, hours, enoughMs }) => {
      const when = hours.length > 0 && hours.length < 24 ? `, above all at ${hoursText(hours)}` : "";
      const found = `Stage ${stage + 1} (${formatPercent(percent)}, ${formatDuration(soakMs)}) sees fewer than ${minRequests} requests in ${percentText(tooFew.count / tooFew.of)} of its soaks${when}.`;
      const soak =
        enoughMs === undefined
          ? "Not even a day would be enough: give it a larger share, or set minRequests lower"
          : `A soak of ${formatDuration(enoughMs)} would see enough; so would a larger share, or a smaller minRequests`;
      return `${found} ${soak}.`;
    });
}

/** What a plan should catch: everything bad in each stage, and a version several times as bad before it is everywhere. */
function onDetection({ detection, limits }: Backtest): readonly string[] {
  const missed = detection.filter(
    ({ times, alone, caught, inStage }) =>
      times === Infinity && !alone && caught.of > 0 && inStage.count < caught.of,
  );
  const slow = missed.map(
    ({ slo, percent, inStage }) =>
      `At ${formatPercent(percent)} a version of which everything is bad by ${slo} passes the stage in ${inStage.of - inStage.count} of ${inStage.of} releases: it sees too few requests in its soak.`,
  );
  const slos = [...new Set(detection.map(({ slo }) => slo))];
  const blind = slos.flatMap((slo) => {
    const [five] = detection.filter((one) => one.slo === slo && one.times === 5);
    if (five === undefined || five.allowed !== true) return [];
    const { fits, max = 0 } = limits.find((one) => one.slo === slo) ?? {};
    const how =
      fits === undefined || fits >= max ? "" : ` A limit of ${percentText(fits)} (max: ${fits}) would fit.`;
    return [
      `${slo} allows a version that is 5 times as bad as the old one.${how} maxIncrease: 2 beside it catches what is worse than the old version.`,
    ];
  });
  return [...slow, ...blind];
}

function onWideLimits({ slos }: Plan, { limits, detection }: Backtest): readonly string[] {
  return limits.flatMap(({ slo, max, fits, worst, worstAt, windowMs }) => {
    const stated = slos.find(({ name }) => name === slo);
    const isTold = detection.some((one) => one.slo === slo && one.times === 5 && one.allowed === true);
    if (stated?.byDefault || max === undefined || fits === undefined || fits * wide > max || isTold)
      return [];
    return [
      `${slo} allows ${percentText(max)}; its worst span of about ${formatElapsed(windowMs)} had ${percentText(worst)} (${minuteText(worstAt)}). ${percentText(fits)} (max: ${fits}) would fit, and show a worse version sooner.`,
    ];
  });
}
