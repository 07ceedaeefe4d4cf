import { onsetOf, reference, type Case } from "./cases";
import { own } from "./judges/all";
import type { Judge } from "./judges/judge";
import { level, type Score } from "./measure";
import { percent, toBound, type Result } from "./report";

/** A claim, the cases it is about, and in which of them it does not hold. */
export interface Claim {
  readonly claim: string;
  /** How many figures it was held against. */
  readonly figures: number;
  /** The worst of them, or those that it is about. */
  readonly found: string;
  readonly broken: readonly string[];
}

type Kind = Judge["kind"];
const kinds: readonly Kind[] = ["max", "maxIncrease"];

/** The claims that the package makes, held against the results; without those that the results say nothing of. */
export function claims(results: readonly Result[]): Claim[] {
  const all = [
    falseAborts(
      `a release whose errors are independent of each other is aborted falsely with at most ${percent(level)}`,
      level,
      results.filter(({ one }) => isIndependent(one)),
    ),
    falseAborts(
      `an incident of both versions alike aborts nothing that is compared with the old version (${percent(level)})`,
      level,
      results.filter(({ one }) => one.name.startsWith("incident")),
      ["maxIncrease"],
    ),
    falseAborts(
      "traffic that wanders, up to σ 0.6, aborts a healthy release with at most 5.0 %",
      0.05,
      results.filter(({ one: { noise } }) => noise.kind === "wander" && noise.sigma <= 0.6),
    ),
    medians(results),
    toTheBound(
      "from the start: at most 2 × the bad requests of the bound",
      2,
      results,
      (onset) => onset === 0,
    ),
    toTheBound("in the middle of a soak: at most 4 ×", 4, results, (onset) => onset > 0),
  ];
  return all.filter(({ figures }) => figures > 0);
}

/** The claims as Markdown. */
export function held(all: readonly Claim[]): string {
  const items = all.flatMap(({ claim, figures, found, broken }) => [
    `- **${broken.length === 0 ? "holds" : "does not hold"}**: ${claim}. ${figures} figures: ${found}.`,
    ...broken.map((figure) => `  - ${figure}`),
  ]);
  return `## What holds\n\n${items.join("\n")}`;
}

function isIndependent({ noise }: Case): boolean {
  return noise.kind === "independent" || (noise.kind === "wander" && noise.sigma === 0);
}

function falseAborts(
  claim: string,
  most: number,
  results: readonly Result[],
  about: readonly Kind[] = kinds,
): Claim {
  const figures = results.flatMap((result) =>
    about
      .filter((kind) => onsetOf(result.one, kind) !== 0)
      .map((kind) => [result, ours(result, kind)] as const),
  );
  const worst = Math.max(0, ...figures.map(([, { falseAborts }]) => falseAborts));
  const broken = figures.filter(([, { falseAborts }]) => falseAborts > most);
  return {
    claim,
    figures: figures.length,
    found: `at most ${percent(worst)}`,
    broken: broken.map(
      ([{ one }, { judge, falseAborts }]) => `${nameOf(one)}: ${judge} ${percent(falseAborts)}`,
    ),
  };
}

/** Of runs with the old version's past, so that nothing is lost for what it is needed for. */
function medians(results: readonly Result[]): Claim {
  const found = reference.flatMap(({ one, value, ...most }) =>
    results
      .filter((result) => result.one === one)
      .flatMap((result) =>
        kinds.map((kind) => ({ score: ours(result, kind), most: most[kind], one, value })),
      ),
  );
  const told = found.map(({ score, most, one, value }) => {
    const unit = value === "bad" ? "bad requests" : "s";
    return `${one.name}: ${score.judge} ${score[value].median} of at most ${most} ${unit}`;
  });
  return {
    claim: "medians at or below the reference figures",
    figures: found.length,
    found: told.join("; "),
    broken: told.filter((_, index) => isOver(found[index])),
  };
}

function isOver(found: { score: Score; value: "seconds" | "bad"; most: number } | undefined): boolean {
  return found !== undefined && !(found.score[found.value].median <= found.most);
}

/**
 * About effects of 2 × the limit and more, where errors are independent and the bound itself sees the middle one of the
 * runs fail before the soak ends.
 */
function toTheBound(
  claim: string,
  most: number,
  results: readonly Result[],
  when: (onset: number) => boolean,
): Claim {
  const all = results
    .filter(({ one }) => isIndependent(one))
    .flatMap((result) => kinds.map((kind) => ({ result, kind, onset: onsetOf(result.one, kind) })))
    .filter(({ result: { one }, onset }) => onset !== undefined && when(onset) && isLarge(one, onset))
    .map(({ result, kind }) => ({ one: result.one, kind, ratio: ratioOf(result, kind, most) }))
    .filter(({ ratio }) => !Number.isNaN(ratio));
  const told = all.filter(({ ratio }) => ratio !== Infinity);
  const worst = Math.max(0, ...told.map(({ ratio }) => ratio));
  const others = all.length - told.length;
  return {
    claim: `2 × the limit and more ${claim}`,
    figures: told.length,
    found: `at most ${worst.toFixed(2)} ×${others === 0 ? "" : `; for ${others} more the soak is too short to tell`}`,
    broken: told
      .filter(({ ratio }) => ratio > most)
      .map(({ one, kind, ratio }) => `${nameOf(one)}: ${own[kind].name} ${ratio.toFixed(2)} ×`),
  };
}

function isLarge(one: Case, onset: number): boolean {
  return one.shares(onset).new >= 2 * one.max;
}

/**
 * Our bad requests relative to those of the bound; NaN where the bound has none. Where the soak ends before our middle
 * run does, they are at least those until its end: if that does not break the claim there is nothing to tell, Infinity.
 */
function ratioOf(result: Result, kind: Kind, most: number): number {
  const score = ours(result, kind);
  const ratio = toBound(score, result.scores);
  if (ratio !== Infinity) return ratio;
  const least = toBound({ ...score, bad: { ...score.bad, median: score.badWithoutAbort } }, result.scores);
  return least > most ? least : Infinity;
}

function ours({ scores }: Result, kind: Kind): Score {
  const score = scores.find(({ judge }) => judge === own[kind].name);
  if (score === undefined) throw new Error(`${own[kind].name} watched no run of this case`);
  return score;
}

function nameOf({ group, name }: Case): string {
  return `${group}: ${name}`;
}
