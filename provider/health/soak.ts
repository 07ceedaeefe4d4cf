import { surpriseAtCeiling } from "./ceiling";
import { surpriseAtIncrease } from "./comparison";
import type { Dispersion } from "./dispersion";
import type { Bounds } from "./judgement";
import type { Served } from "./series";

/**
 * What a soak has shown of an SLO so far, as long as nothing is violated:
 * - `healthy`: enough requests, and their bad share within the limit or over it by mere chance;
 * - `insufficient`: too few requests to say anything;
 * - `unsure`: over the limit by more than mere chance easily gives, without the evidence that settles it.
 */
export type SoakResult = "healthy" | "insufficient" | "unsure";

/**
 * Doubt begins where a version that just keeps its limit would show as much in at most 1 of 20 soaks. Without this
 * margin a single failed request raises it wherever 1 of the requests is more than the limit: a healthy version with
 * little traffic would hardly ever pass.
 */
const doubtful = Math.log(20);

/**
 * What the requests of one soak say of an SLO.
 *
 * @param dispersion of the bad events of a soak
 */
export function soakResult(
  bounds: Bounds,
  served: Served,
  minRequests: number,
  dispersion: Dispersion,
): SoakResult {
  // Whatever is no number passes neither.
  if (!(served.new.valid >= minRequests)) return "insufficient";
  const { max, maxIncrease, ...allowance } = bounds;
  const surprise = Math.max(
    max === undefined ? 0 : surpriseAtCeiling(max, served.new, dispersion),
    maxIncrease === undefined ? 0 : surpriseAtIncrease(maxIncrease, served, dispersion, allowance),
  );
  return surprise <= doubtful ? "healthy" : "unsure";
}
