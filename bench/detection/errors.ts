import { binomial, failuresBefore, normal, poisson, type Random } from "./random";

/** How the bad events of a version come. */
export type Noise =
  /** Each by itself. */
  | { readonly kind: "independent" }
  /** Each request as bad as the one before with a correlation of `lag`: a chain of two states. */
  | { readonly kind: "sticky"; readonly lag: number }
  /** In bursts of `size` on average: one client that tries again and again. */
  | { readonly kind: "bursts"; readonly size: number }
  /**
   * The bad share wanders from bucket to bucket: times a log-normal of mean 1, with `sigma`, and a correlation of 0.8
   * between neighbours; for each version by itself, or `shared` by both.
   */
  | { readonly kind: "wander"; readonly sigma: number; readonly shared: boolean };

/** How many of `valid` events are bad when `share` of them is expected to be. */
export type Errors = (valid: number, share: number) => number;

/** The bad events of one version. */
export function errors(noise: Exclude<Noise, { kind: "wander" }>, random: Random): Errors {
  switch (noise.kind) {
    case "independent":
      return (valid, share) => binomial(valid, share, random);
    case "sticky":
      return sticky(noise.lag, random);
    case "bursts":
      return bursts(noise.size, random);
  }
}

/** Goes from change to change of the chain instead of from request to request. */
function sticky(lag: number, random: Random): Errors {
  let bad = false;
  return (valid, share) => {
    let badEvents = 0;
    for (let left = valid; left > 0; left -= 1) {
      const same = failuresBefore((1 - lag) * (bad ? 1 - share : share), random);
      if (bad) badEvents += Math.min(same, left);
      if (same >= left) break;
      left -= same;
      bad = !bad;
      if (bad) badEvents += 1;
    }
    return badEvents;
  };
}

function bursts(size: number, random: Random): Errors {
  return (valid, share) => {
    let bad = 0;
    for (let left = poisson((valid * share) / size, random); left > 0; left -= 1) {
      bad += 1 + failuresBefore(1 / size, random);
    }
    return Math.min(bad, valid);
  };
}

const correlation = 0.8;

/** By how much the bad share of each bucket is more or less than expected. */
export function wander(sigma: number, random: Random): () => number {
  let state = normal(random);
  return () => {
    const factor = Math.exp(sigma * state - sigma ** 2 / 2);
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal(random);
    return factor;
  };
}
