import type { Observability } from "../scripts/types";

/** Head sampling: whether an invocation that is about to begin is kept, with all it will log. */
export function isObserved({ enabled, head_sampling_rate }: Observability): boolean {
  return enabled && Math.random() < (head_sampling_rate ?? 1);
}
