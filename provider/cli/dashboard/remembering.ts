import type { Deployment, PastDeployments } from "../../rollout/ports";

/** The same, but for this: a deployment that was found is not asked for again. What was deployed never changes. */
export function remembering(past: PastDeployments): PastDeployments {
  const known = new Map<string, Deployment>();
  return {
    recent: (urgency) => past.recent(urgency),
    async named(deploymentId) {
      const found = known.get(deploymentId) ?? (await past.named(deploymentId));
      if (found !== undefined) known.set(deploymentId, found);
      return found;
    },
  };
}
