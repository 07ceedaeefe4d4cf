import type { Bound } from "./judge";
import { badShare, type Counts } from "./series";

/**
 * What a soak has shown of an objective so far, as long as nothing is violated:
 * - `healthy`: enough requests, and their bad share within the limit;
 * - `insufficient`: too few requests to say anything;
 * - `unsure`: over the limit, without the evidence that it is more than chance.
 */
export type SoakResult = "healthy" | "insufficient" | "unsure";

/** What the requests of one soak say of an objective. */
export function soakResult(bound: Bound, counts: Counts, minRequests: number): SoakResult {
  if (counts.valid < minRequests) return "insufficient";
  return badShare(counts) > bound.max ? "unsure" : "healthy";
}
