import type { Violation } from "../invariants/check";
import { figuresText, withBroken } from "../report";
import type { Played } from "./play";
import type { RealSummary } from "./prove";

/** The figures of a summary, for a person. */
export function realSummaryText(summary: RealSummary): string {
  const { scenarios, ups, failures } = summary;
  return [
    `${scenarios} real releases, ${ups} times pulumi up`,
    ...figuresText(summary),
    failures.length === 0 ? "No invariant was broken." : `BROKEN in ${failures.length} scenarios.`,
  ].join("\n\n");
}

/** What happened in a scenario, what was broken, and how to see it again. */
export function failureText(
  { scenario, versions, story, ups }: Played,
  violations: readonly Violation[],
): string {
  const { seed, plan, isBad, pieces } = scenario;
  const lines = withBroken(story.lines, violations);
  return [
    `Seed ${seed}: npm run prove -- chaos --real --runs 1 --seed ${seed}`,
    `  plan ${JSON.stringify(plan)}`,
    `  the new version is ${isBad ? "bad" : "well"}; ${JSON.stringify(versions)}`,
    ...pieces.map((piece) => `  ${JSON.stringify(piece)}`),
    ...lines.map(({ at, who, text }) => `${(at / 1000).toFixed(3).padStart(9)}  ${who.padEnd(11)} ${text}`),
    ...ups.map(({ run, ran }) => `--- ${run.name} printed:\n${ran.output}`),
  ].join("\n");
}
