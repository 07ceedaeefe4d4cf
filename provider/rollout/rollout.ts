import type { Observation } from "./observe";
import type { Outcome } from "./outcome";
import type { Release } from "./release";
import type { State } from "./state";

/** A release on its way. What it needs to go on is `release` and `state`, plain data; `observation` is a cache. */
export interface Rollout {
  readonly release: Release;
  readonly state: State;
  readonly observation: Observation;
}

/** What an action led to. */
export type Step =
  /** The release goes on. */
  | Rollout
  | { readonly outcome: Outcome }
  /** Nothing was moved, for this reason. */
  | { readonly notStarted: string }
  /** Something has been found, or put back, after which the release begins anew. */
  | { readonly beginAgain: true; readonly putBack?: Outcome };

/** True for a release that goes on. */
export function goesOn(step: Step): step is Rollout {
  return "release" in step;
}
