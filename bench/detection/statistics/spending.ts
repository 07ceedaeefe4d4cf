import { normalDensity, normalTail } from "./normal";

/** Of less than this nothing is found: the plain test's boundary is so far out that nothing reaches it. */
const tiny = 1e-12;
const width = 0.01;
const lowest = -5;

/**
 * The boundaries of a group-sequential test at looks that are planned beforehand, with the spending function of Lan and
 * DeMets (1983) that is like O'Brien and Fleming's: of the level α, 2 − 2Φ(z_{α/2}/√t) may be spent by the part t of the
 * looks. Found by the recursion of Armitage, McPherson and Rowe (1969) over the density of what has not stopped yet.
 *
 * @param looks how many there are, at equal distances
 * @param quantile z_{α/2}
 * @returns for each look the standard score from which it stops
 */
export function boundaries(looks: number, quantile: number): readonly number[] {
  const found: number[] = [];
  let density: Density | undefined;
  let spent = 0;
  for (let look = 1; look <= looks; look += 1) {
    const time = look / looks;
    const spending = 2 * normalTail(quantile / Math.sqrt(time));
    if (spending < tiny) {
      found.push(quantile / Math.sqrt(time));
      continue;
    }
    const step = density === undefined ? time : 1 / looks;
    const before = density ?? [{ at: 0, mass: 1 }];
    const boundary = boundaryOf(before, Math.sqrt(step), spending - spent);
    found.push(boundary / Math.sqrt(time));
    density = spread(before, Math.sqrt(step), boundary);
    spent = spending;
  }
  return found;
}

/** Where the score, a Brownian motion, may be, and how likely. */
type Density = readonly { readonly at: number; readonly mass: number }[];

/** The value that is exceeded with this probability after a step of standard deviation `deviation`. */
function boundaryOf(before: Density, deviation: number, probability: number): number {
  let [low, high] = [lowest, 12];
  for (let halving = 0; halving < 50; halving += 1) {
    const middle = (low + high) / 2;
    const over = before.reduce((sum, { at, mass }) => sum + mass * normalTail((middle - at) / deviation), 0);
    if (over > probability) low = middle;
    else high = middle;
  }
  return high;
}

function spread(before: Density, deviation: number, boundary: number): Density {
  const count = Math.floor((boundary - lowest) / width);
  let first = 0;
  return Array.from({ length: count }, (_, index) => {
    const at = lowest + (index + 0.5) * width;
    // Both lists are in order, and what is far away brings nothing.
    while ((before[first]?.at ?? Infinity) < at - 8 * deviation) first += 1;
    let density = 0;
    for (let from = first; from < before.length; from += 1) {
      const { at: start, mass } = before[from] ?? { at: Infinity, mass: 0 };
      if (start > at + 8 * deviation) break;
      density += mass * normalDensity((at - start) / deviation);
    }
    return { at, mass: (density / deviation) * width };
  });
}
