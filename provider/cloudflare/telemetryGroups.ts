import { thinningOf, type CountAnswer } from "./telemetryAnswer";

/**
 * How many groups answers are known to hold. Cloudflare says up to 2000; a user met a limit of about ten whatever was
 * asked for, and what is beyond it is left out without a word: a missing group is not zero. An answer with fewer groups
 * than one that held all has left out none.
 */
export class KnownGroups {
  private atLeast = 2;

  /** An answer has held so many groups. */
  learn(groups: number): void {
    this.atLeast = Math.max(this.atLeast, groups);
  }

  /** Whether an answer with so many groups may lack some. */
  mayLack(groups: number): boolean {
    return groups >= this.atLeast;
  }
}

/** How many different groups an answer has. */
export function groupsIn({ calculations }: CountAnswer): number {
  const cells = calculations.flatMap(({ aggregates = [], series }) => [
    ...aggregates,
    ...series.flatMap(({ data }) => data),
  ]);
  return new Set(
    cells.map(({ worker, versionId, outcome, status, ms }) =>
      JSON.stringify([worker, versionId, outcome, status, ms]),
    ),
  ).size;
}

/** Sums of estimates differ by rounding, and where each answer reads another part of the rows by chance. */
const rounding = 1e-6;
const chance = 0.01;

/** Whether the groups of an answer add up to a count without groups, of the same and not later. */
export function addsUpTo(total: CountAnswer, grouped: CountAnswer): boolean {
  const isThinned = Math.max(thinningOf(total), thinningOf(grouped)) > 1;
  const expected = eventsIn(total);
  return eventsIn(grouped) >= expected - (isThinned ? chance : rounding) * expected;
}

/** By the estimates, which add up where the numbers of stored events may not. */
function eventsIn({ calculations }: CountAnswer): number {
  return calculations
    .flatMap(({ series }) => series)
    .flatMap(({ data }) => data)
    .reduce((sum, { estimate }) => sum + estimate, 0);
}
