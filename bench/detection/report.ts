import type { Case } from "./cases";
import { bounds } from "./judges/all";
import type { Judge } from "./judges/judge";
import type { Score } from "./measure";

/** A case and how its judges did. */
export interface Result {
  readonly one: Case;
  readonly scores: readonly Score[];
}

/** The results as Markdown: the judges, an overview of each group, then every figure. */
export function report(results: readonly Result[]): string {
  const names = new Set(results.map(({ one }) => one.group));
  const groups = [...names].map((name) => [name, results.filter(({ one }) => one.group === name)] as const);
  const judges = new Map(results.flatMap(({ one }) => one.judges).map((judge) => [judge.name, judge]));
  return [
    "## Judges",
    rules([...judges.values()]),
    "## Overview",
    "Where nothing is wrong by what a judge compares with: how many runs it aborts. Where something is: the seconds until the middle one of the runs is aborted, or in brackets how many are aborted at all when that is less than half; and how many were aborted before anything went wrong.",
    ...groups.flatMap(([group, some]) => [`### ${group}`, overview(some)]),
    "## Every figure",
    ...groups.flatMap(([group, some]) => [`### ${group}`, ...some.flatMap(figures)]),
  ].join("\n\n");
}

function rules(judges: readonly Judge[]): string {
  const lines = judges.map(({ name, rule, kind }) => [
    name,
    kind === "max" ? "the limit" : "the old version",
    rule,
  ]);
  return table(["judge", "compares with", "rule"], lines);
}

/** One line for each case, one column for each judge. */
function overview(results: readonly Result[]): string {
  const names = results[0]?.scores.map(({ judge }) => judge) ?? [];
  return table(
    ["", ...names],
    results.map(({ one, scores }) => [one.name, ...scores.map(brief)]),
  );
}

function brief({ falseAborts, caught, seconds }: Score): string {
  if (caught === undefined) return percent(falseAborts);
  const after = seconds.median < Infinity ? `${seconds.median} s` : `(${percent(caught)})`;
  return falseAborts > 0 ? `${after}, ${percent(falseAborts)} early` : after;
}

/** One line for each judge. */
function figures({ one, scores }: Result): string[] {
  const head = ["judge", "false", "caught", "s", "p90", "bad requests", "p90", "to the bound"];
  const lines = scores.map((score) => {
    const { judge, falseAborts, caught, seconds, bad } = score;
    if (caught === undefined) return [judge, percent(falseAborts), "", "", "", "", "", ""];
    const spreads = [seconds.median, seconds.p90, bad.median, bad.p90].map(number);
    return [judge, percent(falseAborts), percent(caught), ...spreads, ratio(toBound(score, scores))];
  });
  return [`#### ${one.name}`, table(head, lines)];
}

/** The bad requests until the abort, relative to those of the bound; NaN where one of them has none. */
export function toBound(score: Score, scores: readonly Score[]): number {
  const bound = scores.find(({ judge }) => judge === bounds[score.kind].name);
  return bound === undefined || bound.bad.median === Infinity ? NaN : score.bad.median / bound.bad.median;
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : "–";
}

function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "–";
}

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}
