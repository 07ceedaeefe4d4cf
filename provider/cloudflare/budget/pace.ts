import type { LookPace, Pace } from "../../rollout/ports";
import type { Looker, SharedBudget } from "./budget";

/** A deployment that somebody else seems to have made is looked for at once, but not at every look. */
const suspicionEveryMs = 60_000;

/** When one release may look, in view of all others that share its budget. */
export function sharedPace(budget: SharedBudget): Pace & { readonly suspect: () => void } {
  const looker: Looker = { wishedMs: Infinity, at: -Infinity, suspectedAt: -Infinity };

  const join = (pollIntervalMs: number): void => {
    looker.wishedMs = pollIntervalMs;
    looker.at = budget.now();
    budget.join(looker);
  };

  return {
    interval(pollIntervalMs): LookPace {
      join(pollIntervalMs);
      return {
        everyMs: budget.lookEveryMs(pollIntervalMs),
        deploymentsEveryMs: budget.deploymentsEveryMs(pollIntervalMs),
      };
    },

    untilNextMs(pollIntervalMs) {
      join(pollIntervalMs);
      const every = budget.lookEveryMs(pollIntervalMs);
      // At whole multiples, so that all releases look at the same moment and share their queries.
      return every - (budget.now() % every);
    },

    grants(age, intervalMs) {
      const isSuspected = looker.suspectedAt > budget.now() - age;
      const due = isSuspected ? Math.min(intervalMs, suspicionEveryMs) : intervalMs;
      return age >= due && budget.hasRoom("look");
    },

    suspect() {
      looker.suspectedAt = budget.now();
    },
  };
}
