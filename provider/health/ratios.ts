/**
 * How many times worse than its limit a version might be: the alternatives that the evidence is averaged over.
 * A grid this coarse loses little against knowing the true ratio (at most ln 10 ≈ 2.3 of the log evidence).
 */
export const ratios: readonly number[] = [1.25, 1.5, 2, 3, 5, 10, 30, 100];

/** Prior weights, summing to 1; heaviest on regressions of 2 to 5 times, which matter and are not trivially detected. */
export const ratioWeights: readonly number[] = [0.07, 0.11, 0.15, 0.18, 0.17, 0.12, 0.08, 0.12];
