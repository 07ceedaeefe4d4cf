import { drive, type Driver } from "./driver";
import { checkAll } from "./invariants/all";
import type { RunLog } from "./log";
import { addTo, byInvariant, failureText, noFigures, type Summary } from "./report";
import { scenarioOf } from "./scenario/generate";
import { shrink } from "./shrink";
import { simulate } from "./simulate";

export interface Order {
  /** How many scenarios; the seeds are `seed`, `seed` + 1 and so on. */
  readonly runs: number;
  readonly seed: number;
  /** The numbers of the faults and people to keep; all without it. */
  readonly only?: readonly number[] | undefined;
  readonly driver?: Driver | undefined;
}

/** Plays many scenarios and checks each. */
export async function proveChaos({ runs, seed, only, driver = drive }: Order): Promise<Summary> {
  const begun = performance.now();
  const summary: Summary = {
    scenarios: 0,
    runs: 0,
    virtualMs: 0,
    wallMs: 0,
    ...noFigures(),
    failures: [],
  };
  for (let each = seed; each < seed + runs; each += 1) {
    const story = await simulate(chosen(each, only), { driver });
    const { counts, violations } = checkAll(story);
    summary.scenarios += 1;
    summary.runs += story.runs.length;
    summary.virtualMs += story.end - story.start;
    addTo(summary.hits, story.hits);
    addTo(summary.checks, counts);
    for (const run of story.runs) addTo(summary.endings, new Map([[endingOf(run), 1]]));
    if (violations.length > 0) summary.failures.push({ seed: each, violations });
  }
  summary.wallMs = performance.now() - begun;
  return summary;
}

/** The story of one failure of each broken invariant, made as short as it can be. */
export async function explain(
  { failures }: Summary,
  { only, driver = drive }: Order,
  most: number,
): Promise<string[]> {
  const texts = [];
  for (const [invariant, [seed = 0]] of [...byInvariant(failures)].slice(0, most)) {
    const scenario = chosen(seed, only);
    const story = await simulate(await shrink(scenario, invariant, driver), { driver, narrates: true });
    texts.push(`${invariant}\n${failureText(story, checkAll(story).violations, scenario.pieces)}`);
  }
  return texts;
}

function chosen(seed: number, only: readonly number[] | undefined) {
  const scenario = scenarioOf(seed);
  return only ? { ...scenario, pieces: scenario.pieces.filter(({ id }) => only.includes(id)) } : scenario;
}

function endingOf({ outcome, killedAt, thrown }: RunLog): string {
  if (outcome) return outcome.status;
  if (killedAt !== undefined) return "killed";
  return thrown instanceof Error ? `did not start: ${thrown.name}` : "under way";
}
