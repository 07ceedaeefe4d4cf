import { hash } from "./hash";

const DELAY_SALT = 0x2545f491;
const BURST_SALT = 0x9e3779b9;
const KEPT_SALT = 0x6c62272e;

/** In a burst of sampling the platform keeps one invocation in so many, as a user saw in November 2026. */
const BURST_INTERVAL = 10;

/** How long the invocation of a place in the order of recording stays unseen. */
export function delayOf(place: number, seed: number, [from, to]: readonly [number, number]): number {
  if (to <= from) return from;
  return from + (drawn(place, DELAY_SALT, seed) % (to - from + 1));
}

/**
 * How many invocations one stands for by the platform's own sampling, which comes in bursts of a second; undefined when
 * it is not kept. `share` is the part of all seconds, from 0 to 1, that are a burst.
 */
export function platformInterval(
  { timestamp, requestId }: { readonly timestamp: number; readonly requestId: string },
  seed: number,
  share: number,
): number | undefined {
  if (share === 0 || drawn(Math.floor(timestamp / 1000), BURST_SALT, seed) >= share * 2 ** 32) return 1;
  return hash(requestId, KEPT_SALT) % BURST_INTERVAL === 0 ? BURST_INTERVAL : undefined;
}

function drawn(place: number, salt: number, seed: number): number {
  return hash(`${seed} ${place}`, salt);
}
