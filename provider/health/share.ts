import type { Claim } from "./evidence";
import type { Bucket } from "./series";

/** Half or twice the odds are nothing: caches and a few heavy users do that by themselves. */
const tolerated = 2;

/** How much the share wanders by itself: the square of its relative change, about 20 %, from bucket to bucket. */
const wander = 0.04;

/** How many times the tolerated odds the new version might have, or they of it. */
const factors = [1.1, 1.25, 1.5, 2, 3, 10];

/**
 * The claim "the new version serves about the share of the requests that it was given": between half and twice its odds.
 *
 * Of the n requests of a bucket, n_new are the new version's. Where its share is p, being g times as likely as that gives
 * them the likelihood ratio g^n_new / (1 + p(g−1))^n; p is the largest share tolerated with g above 1, and the smallest
 * one with g below 1. The ratio is taken to the power 1/φ, φ = 1 + 0.04·n·p(1−p), since shares wander. In simulations this
 * found that a version is served nothing in 10 s at 50 requests/s and in 3 minutes at 1 request/s, at a share of 10 %, and
 * accused no healthy split but where a few of 1000 users make most of the traffic and each keeps its version (12 %).
 *
 * @param share the new version's share in force, above 0 and below 1
 */
export function shareClaim(share: number): Claim {
  const odds = share / (1 - share);
  const alternatives = factors.flatMap((factor) => [
    alternative(factor, shareOf(odds * tolerated)),
    alternative(1 / factor, shareOf(odds / tolerated)),
  ]);
  return {
    weights: alternatives.map(() => 1 / alternatives.length),
    weigh({ new: { valid: fresh }, old: { valid: old } }: Bucket, steps: Float64Array): number {
      const all = fresh + old;
      alternatives.forEach(({ log, part, spread }, index) => {
        steps[index] = (fresh * log - all * part) / (1 + wander * all * spread);
      });
      return all > 0 ? 1 : 0;
    },
  };
}

function alternative(factor: number, share: number): { log: number; part: number; spread: number } {
  return { log: Math.log(factor), part: Math.log1p(share * (factor - 1)), spread: share * (1 - share) };
}

function shareOf(odds: number): number {
  return odds / (1 + odds);
}

/** The evidence at which a share is called wrong: a healthy split is accused in at most 1 of 100 stages. */
export const wrongShareAt = Math.log(100);
