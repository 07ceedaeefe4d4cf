import type { Colo } from "./locations";
import type { Split } from "./split";

/** A deployment on its way to the locations. */
export interface Announced {
  readonly deploymentId: string;
  readonly split: Split;
  /** When each location learns of it, in epoch milliseconds. One that is not named has always known it. */
  readonly arrivals: ReadonlyMap<Colo, number>;
}

function isKnown({ arrivals }: Announced, colo: Colo, nowMs: number): boolean {
  return nowMs >= (arrivals.get(colo) ?? -Infinity);
}

/**
 * The deployment by which a location serves: the newest that it knows. `announced` has the oldest first. A newer one
 * may arrive before an older one, which then never counts there.
 */
export function servingAt(announced: readonly Announced[], colo: Colo, nowMs: number): Announced | undefined {
  return announced.findLast((deployment) => isKnown(deployment, colo, nowMs));
}

/** Those that a location may still serve by, now or later: the newest that is known everywhere, and what came after. */
export function stillNeeded(announced: readonly Announced[], nowMs: number): readonly Announced[] {
  const settled = announced.findLastIndex(({ arrivals }) =>
    [...arrivals.values()].every((at) => at <= nowMs),
  );
  return announced.slice(Math.max(0, settled));
}
