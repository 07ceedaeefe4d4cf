import type { Observation } from "./look/observation";
import type { Ended, Outcome } from "./outcome";
import type { Deployment } from "./ports";
import type { Dependencies, Release } from "./release";
import type { State } from "./state";
import type { Refusal } from "./text/refusalText";

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
  | {
      readonly outcome: Outcome;
      /** The active deployment, where it is known. */
      readonly active?: Deployment | undefined;
      /** True when it was left to others without a write of this run. */
      readonly isUntouched?: boolean;
    }
  /** Nothing was moved, for this reason. */
  | { readonly notStarted: Refusal }
  /** Something has been found, or put back, after which the release begins anew. */
  | {
      readonly beginAgain: true;
      readonly putBack?: Outcome;
      /** How the run ends if it then cannot begin: its own release was under way. */
      readonly otherwise?: Outcome | undefined;
      /** The active deployment: a reading that contradicts it is not believed. */
      readonly known: Deployment | undefined;
      /** Until when a lost write of this run may still take effect, in milliseconds since the epoch. */
      readonly openUntil?: number;
    };

/** True for a release that goes on. */
export function goesOn(step: Step): step is Rollout {
  return "release" in step;
}

/** What is told of a release that ends now. */
export function endedNow(rollout: Rollout, { clock }: Pick<Dependencies, "clock">): Ended {
  return { ...rollout, now: clock.now() };
}
