import type { Deployment, PastDeployments } from "../rollout/ports";

/** Who served from some time on. No share is known where `split` is empty. */
export type Served = Pick<Deployment, "createdAt" | "split">;

/** Each release that Cloudflare no longer lists costs a request. */
const mostSteps = 20;

/**
 * What served a Worker, newest first: the deployments that Cloudflare lists, and before these what their releases tell. Each
 * names the version that it replaced, when it began, and the last deployment of the release before. What is known of an
 * older release is how it ended; how it was split is not. The version that the oldest of them replaced is taken to have
 * served since `from`: where another one did, the telemetry has nothing of it.
 *
 * @param from nothing before it is asked for, in milliseconds since the epoch
 * @throws PortError
 */
export async function servedSince(from: number, past: PastDeployments): Promise<readonly Served[]> {
  const listed = await past.recent();
  const served: Served[] = [...listed];
  let record = listed.flatMap((one) => one.record ?? []).at(-1);
  for (let step = 0; record !== undefined && step < mostSteps; step += 1) {
    const { startedAt, oldVersionId, previous } = record;
    const oldest = served.at(-1)?.createdAt ?? 0;
    if (startedAt < oldest) served.push({ createdAt: startedAt, split: [] });
    if (oldest <= from || startedAt <= from) break;
    const before = previous === undefined ? undefined : await past.named(previous);
    if (before === undefined) {
      if (startedAt < oldest) served.push({ createdAt: 0, split: alone(oldVersionId) });
      break;
    }
    if (!listed.some(({ id }) => id === before.id)) {
      served.push({
        createdAt: before.createdAt,
        split: servesAlone(before, oldVersionId) ? before.split : [],
      });
    }
    record = before.record;
  }
  return served;
}

function alone(versionId: string | undefined): Served["split"] {
  return versionId === undefined ? [] : [{ versionId, percent: 100 }];
}

/** Where the release after it replaced another version, somebody has deployed in between. */
function servesAlone({ split }: Served, versionId: string | undefined): boolean {
  return split.some((share) => share.percent === 100 && share.versionId === versionId);
}
