import { formatElapsed } from "../../../provider/plan/duration";
import type { Violation } from "./invariants/check";
import type { Line } from "./log";
import type { Piece, Scenario } from "./scenario/scenario";
import type { Story } from "./simulate";

/** What has happened in many scenarios, by name. */
export interface Figures {
  readonly hits: Map<string, number>;
  readonly endings: Map<string, number>;
  readonly checks: Map<string, number>;
}

/** What came of many scenarios. */
export interface Summary extends Figures {
  scenarios: number;
  /** Runs of the code under test. */
  runs: number;
  virtualMs: number;
  wallMs: number;
  readonly failures: Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

/** The figures of a summary, for a person. */
export function summaryText(summary: Summary): string {
  const { scenarios, runs, virtualMs, wallMs, failures } = summary;
  return [
    `${scenarios} scenarios with ${runs} runs, ${formatElapsed(virtualMs)} of virtual time in ${formatElapsed(wallMs)}`,
    ...figuresText(summary),
    failures.length === 0
      ? "No invariant was broken."
      : `BROKEN in ${failures.length} scenarios:\n${brokenText(failures)}`,
  ].join("\n\n");
}

/** Nothing has happened yet. */
export function noFigures(): Figures {
  return { hits: new Map(), endings: new Map(), checks: new Map() };
}

/** Adds counts to sums. */
export function addTo(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
}

/** Figures for a person, a paragraph each. */
export function figuresText({ hits, endings, checks }: Figures): readonly string[] {
  const sum = [...checks.values()].reduce((all, count) => all + count, 0);
  return [
    `Faults and people:\n${table(hits)}`,
    `Endings:\n${table(endings)}`,
    `Checks, ${sum} in all:\n${table(checks)}`,
  ];
}

/** Counts by name, the highest first. */
function table(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${String(count).padStart(9)}  ${name}`)
    .join("\n");
}

/** Each invariant that was broken, and by which seeds. */
function brokenText(failures: readonly Failure[]): string {
  return [...byInvariant(failures)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([name, seeds]) =>
        `${String(seeds.length).padStart(9)}  ${name}: seeds ${seeds.slice(0, 8).join(", ")}`,
    )
    .join("\n");
}

/** The seeds that break each invariant. */
export function byInvariant(failures: readonly Failure[]): Map<string, number[]> {
  const seeds = new Map<string, number[]>();
  for (const { seed, violations } of failures) {
    for (const name of new Set(violations.map(({ invariant }) => invariant))) {
      seeds.set(name, [...(seeds.get(name) ?? []), seed]);
    }
  }
  return seeds;
}

/** What happened in a scenario, step by step, and how to see it again. */
export function failureText(
  { scenario, lines }: Story,
  violations: readonly Violation[],
  all: readonly Piece[],
): string {
  const { seed, pieces } = scenario;
  const isWhole = pieces.length === all.length;
  const only = isWhole ? "" : ` --only ${pieces.map(({ id }) => id).join(",") || "none"}`;
  const told = withBroken(lines, violations);
  return [
    `Seed ${seed}, with ${pieces.length} of ${all.length} faults and people: npm run prove -- chaos --runs 1 --seed ${seed}${only}`,
    planText(scenario),
    ...pieces.map((piece) => `  ${pieceText(piece)}`),
    ...shortened(told).map(lineText),
  ].join("\n");
}

/** The lines of a story, with what was broken where it was. */
export function withBroken(lines: readonly Line[], violations: readonly Violation[]): Line[] {
  const broken = violations.map(({ at, invariant, text }) => ({
    at,
    who: "BROKEN",
    text: `${invariant}: ${text}`,
    isRoutine: false,
  }));
  return [...lines, ...broken].sort((a, b) => a.at - b.at);
}

function planText({ plan, traffic, before }: Scenario): string {
  const stages = plan.stages.map(({ percent, soakTime, progression }) => {
    return `${percent} % ${soakTime}${progression === "manual" ? " manual" : ""}`;
  });
  const { bad } = traffic;
  const health = bad
    ? `${bad.version} is bad (${bad.share}) from ${seconds(bad.from)} to ${seconds(bad.to)}`
    : "all are well";
  const { pollInterval = "10s", onInterrupt = "revert", whenUnsure = "extend", maxBlindTime = "6m" } = plan;
  return (
    `  plan ${stages.join(", ")}; every ${pollInterval}, onInterrupt ${onInterrupt}, whenUnsure ${whenUnsure}, ` +
    `maxBlindTime ${maxBlindTime}; ${before} serves, ${traffic.requestsPerSecond} requests/s, ${health}`
  );
}

function pieceText({ id, ...piece }: Piece): string {
  return `${id}: ${JSON.stringify(piece, (_, value: unknown) => (typeof value === "number" ? Math.round(value * 100) / 100 : value))}`;
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round(ms / 1000)} s` : "the end";
}

const mostLines = 120;
const nearMs = 1000;

/** Without reads that show what was shown before, except right before a write; and without the middle of a long story. */
function shortened(lines: readonly Line[]): readonly Line[] {
  const telling = lines.filter((line, index) => {
    const next = lines.slice(index + 1, index + 6).find(({ who }) => who === line.who);
    const leadsOn = next !== undefined && !next.isRoutine && next.at - line.at < nearMs;
    return !line.isRoutine || leadsOn;
  });
  if (telling.length <= mostLines) return telling;
  const half = mostLines / 2;
  const gap = {
    at: telling[half]?.at ?? 0,
    who: "",
    text: `… ${telling.length - mostLines} lines …`,
    isRoutine: false,
  };
  return [...telling.slice(0, half), gap, ...telling.slice(-half)];
}

function lineText({ at, who, text }: Line): string {
  const tail = / \[workers-release .*\]/.exec(text)?.[0] ?? "";
  const short = text.replace(tail, "").slice(0, 400);
  const record = / (phase=\w+ stage=\S+)/.exec(tail)?.[1];
  return `${(at / 1000).toFixed(3).padStart(11)}  ${who.padEnd(11)} ${short}${record === undefined ? "" : ` [${record}]`}`;
}
