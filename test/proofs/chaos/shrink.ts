import type { Driver } from "./driver";
import { checkAll } from "./invariants/all";
import type { Piece, Scenario } from "./scenario/scenario";
import { simulate } from "./simulate";

/**
 * The scenario with fewer faults and people in which the same invariant still breaks: each is taken away in turn as
 * long as that helps.
 */
export async function shrink(scenario: Scenario, invariant: string, driver: Driver): Promise<Scenario> {
  const breaks = async (smaller: Scenario): Promise<boolean> => {
    const { violations } = checkAll(await simulate(smaller, { driver }));
    return violations.some((violation) => violation.invariant === invariant);
  };
  let smallest = scenario;
  for (const piece of scenario.pieces) {
    const smaller = without(smallest, piece);
    if (await breaks(smaller)) smallest = smaller;
  }
  for (const change of calmer) {
    const smaller = { ...smallest, ...change };
    if (await breaks(smaller)) smallest = smaller;
  }
  return smallest;
}

function without(scenario: Scenario, { id }: Piece): Scenario {
  return { ...scenario, pieces: scenario.pieces.filter((piece) => piece.id !== id) };
}

/** What makes a scenario easier to read. */
const calmer: readonly Partial<Scenario>[] = [
  { network: "calm" },
  { propagationMs: 0 },
  { clock: { ms: 0, jumpAt: 0, thenMs: 0 } },
  { again: [] },
];
