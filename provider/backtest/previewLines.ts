import { formatElapsed } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import { abortingHours } from "./advice";
import type { Backtest } from "./backtest";
import type { Detection } from "./detection";
import { hoursText } from "./words";

/** The two lines that a preview shows of a backtest: what would have happened to an unchanged version, and to a bad one. */
export function previewLines(tested: Backtest): readonly [string, string] {
  return [unchangedLine(tested), badLine(tested)];
}

/** More hours than these say nothing of when not to release. */
const mostHours = 8;

function unchangedLine({ trace, unchanged }: Backtest): string {
  const { runs, aborted, inconclusive, byHour } = unchanged;
  const hours = abortingHours(byHour);
  const when = hours.length > 0 && hours.length <= mostHours ? ` (begun at ${hoursText(hours)})` : "";
  return (
    `Backtest on ${formatElapsed(trace.knownMs)}: of ${runs} releases of an unchanged version ${aborted.count} would have ` +
    `been aborted${when} and ${inconclusive.count} put back without a verdict.`
  );
}

function badLine({ detection }: Backtest): string {
  const bad = detection.filter(({ times, alone, caught }) => times === Infinity && !alone && caught.of > 0);
  if (bad.length === 0) {
    return "How soon a bad version is caught cannot be told: an unchanged one would have been aborted each time.";
  }
  const missed = bad.filter(({ inStage }) => inStage.count < inStage.of);
  if (missed.length > 0) {
    const where = mostMissed(missed).map(missedText).join("; ");
    return `A version that is wholly bad by one SLO is not always caught before the stage ends: ${where}.`;
  }
  const slowest = Math.max(...bad.map(({ medianMs = 0 }) => medianMs));
  return `A version that is wholly bad by any one SLO is caught in each stage, within ${formatElapsed(slowest)} (median).`;
}

/** More do not fit into a line. */
const mostTold = 3;

/** Those that pass most often. */
function mostMissed(missed: readonly Detection[]): readonly Detection[] {
  const share = ({ inStage }: Detection): number => inStage.count / inStage.of;
  return missed.toSorted((a, b) => share(a) - share(b)).slice(0, mostTold);
}

function missedText({ slo, percent, inStage }: Detection): string {
  return `by ${slo} at ${formatPercent(percent)} it passes in ${inStage.of - inStage.count} of ${inStage.of} releases`;
}
