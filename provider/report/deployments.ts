import type { Deployment, PastDeployments } from "../rollout/ports";

/** Each release before those that Cloudflare lists costs a request. A history has as many at most. */
const mostSteps = 100;

/**
 * The deployments of a Worker that are known, newest first: what Cloudflare lists, and where the release asked for is older
 * than that, the last deployment of each release before, which names the one before it.
 *
 * @throws PortError
 */
export async function deploymentsUntil(
  releaseId: string | undefined,
  past: PastDeployments,
): Promise<readonly Deployment[]> {
  const known = [...(await past.recent())];
  const isKnown = (): boolean =>
    releaseId === undefined || known.some(({ record }) => record?.id === releaseId);
  for (let step = 0; step < mostSteps && !isKnown(); step += 1) {
    const oldest = known.flatMap(({ record }) => record ?? []).at(-1);
    const found = oldest?.previous === undefined ? undefined : await past.named(oldest.previous);
    if (found === undefined || known.some(({ id }) => id === found.id)) break;
    known.push(found);
  }
  return known;
}
