import { startEdge } from "../../../../edge";
import type { Violation } from "../invariants/check";
import { addTo, noFigures, type Figures } from "../report";
import { checkReal } from "./checks";
import { realScenarioOf } from "./generate";
import { play, type Played, type Up } from "./play";
import { failureText } from "./report";

/** What came of many real releases. */
export interface RealSummary extends Figures {
  scenarios: number;
  ups: number;
  /** What is told of each scenario in which something was broken. */
  readonly failures: string[];
}

export interface RealOrder {
  /** How many scenarios; the seeds are `seed`, `seed` + 1 and so on. */
  readonly runs: number;
  readonly seed: number;
  /** How many are played at once. */
  readonly lanes?: number;
  /** Is told of each scenario that is over. */
  readonly say?: (line: string) => void;
}

/** Plays many scenarios with real processes on one edge, some at once, and checks each. */
export async function proveReal({
  runs,
  seed,
  lanes = 2,
  say = () => undefined,
}: RealOrder): Promise<RealSummary> {
  const summary: RealSummary = { scenarios: 0, ups: 0, failures: [], ...noFigures() };
  const edge = await startEdge({ rateLimit: false });
  const seeds = Array.from({ length: runs }, (_, index) => seed + index).values();
  const lane = async (): Promise<void> => {
    // The lanes share the iterator.
    for (const each of seeds) {
      const begunAt = performance.now();
      const played = await play(realScenarioOf(each), edge);
      const { counts, violations } = checkReal(played);
      count(summary, played, counts);
      const seconds = Math.round((performance.now() - begunAt) / 1000);
      say(`seed ${each}: ${played.ups.map(endingOf).join(", ")} (${seconds} s)${brokenText(violations)}`);
      if (violations.length === 0) continue;
      // Told at once, too: the rest takes long, and may be broken off.
      summary.failures.push(failureText(played, violations));
      say(summary.failures.at(-1) ?? "");
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await edge.close();
  }
  return summary;
}

function brokenText(violations: readonly Violation[]): string {
  return violations.length === 0 ? "" : ` BROKEN: ${violations.map(({ invariant }) => invariant).join("; ")}`;
}

function count(summary: RealSummary, { ups, hits }: Played, checks: ReadonlyMap<string, number>): void {
  summary.scenarios += 1;
  summary.ups += ups.length;
  addTo(summary.hits, hits);
  addTo(summary.checks, checks);
  for (const up of ups) addTo(summary.endings, new Map([[endingOf(up), 1]]));
}

function endingOf({ run, ran }: Up): string {
  if (run.outcome) return run.outcome.status;
  if (run.killedAt !== undefined) return "killed";
  if (run.thrown === undefined) return "endless";
  return ran.code === 0 ? "nothing to do" : "did not start";
}
