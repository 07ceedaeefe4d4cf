import { servedSince, type Series } from "../../health/series";
import { isOnRequests } from "../../plan/eventTypes";
import { goesBack, type Cause } from "../cause";
import { bucketStart } from "./observation";
import { telemetrySlis } from "./series";
import { alone, unlessFault } from "../ports";
import type { Dependencies, Release } from "../release";

/** What the telemetry shows after a revert. */
export type Confirmation =
  /** The new version serves no request any more, since a time in milliseconds since the epoch. */
  | { readonly kind: "confirmed"; readonly since: number }
  /** It still serves, though every place should follow the deployment by then: so many requests of all. */
  | { readonly kind: "stillServing"; readonly requests: number; readonly of: number; readonly since: number }
  /** The telemetry shows too little to say. */
  | { readonly kind: "unseen"; readonly forMs: number }
  /** Nobody looked: there was nothing to see, or no time to wait. */
  | { readonly kind: "none" };

/** A deployment takes up to half a minute to be everywhere (live, 2026). */
const everywhereMs = 30_000;
/** How long to watch for that, beside the plan's `settleTime`, by which telemetry is late. */
const watchMs = 60_000;

/**
 * Watches the telemetry after a revert until the new version has stopped serving, for at most a minute and the plan's
 * `settleTime`: Cloudflare takes a deployment before all its places follow it.
 *
 * @param percent the new version's share before the revert
 */
export async function confirmReverted(
  release: Release,
  cause: Cause,
  percent: number,
  { telemetry, clock, interruption, pace = alone }: Dependencies,
): Promise<Confirmation> {
  const { plan, oldVersionId, newVersionId } = release;
  const { pollIntervalMs: bucketMs } = plan;
  const isBlind = cause.kind === "blind" && cause.what === "telemetry";
  // What was left behind is put back so that a release can begin, which looks at the deployments itself.
  const isPassing = cause.kind === "leftOver";
  if (percent === 0 || !goesBack(cause, release) || isBlind || isPassing) return { kind: "none" };
  const revertedAt = clock.now();
  const from = bucketStart(revertedAt, bucketMs) + bucketMs;
  const slis = telemetrySlis(plan);
  const sli = slis.find(isOnRequests) ?? slis[0] ?? { kind: "serverErrors" };
  for (let series: Series = []; ;) {
    if (interruption.aborted) return { kind: "none" };
    await clock.sleep(pace.untilNextMs(bucketMs), interruption);
    const to = Math.max(from, bucketStart(clock.now(), bucketMs)) + bucketMs;
    series = await telemetry
      .read({ slis: [sli], newVersionId, oldVersionId, bucketMs, from, to })
      // A reading that failed shows what the last one did.
      .then(([read = []]) => read, unlessFault(series));
    const since = stoppedAt(series, from, bucketMs);
    if (isSure(series, since, percent)) return { kind: "confirmed", since };
    const forMs = clock.now() - revertedAt;
    if (forMs >= watchMs + plan.settleMs) return unconfirmed(series, revertedAt + everywhereMs, forMs);
  }
}

/** When the last bucket ends in which the new version served. */
function stoppedAt(series: Series, from: number, bucketMs: number): number {
  const last = series.findLast((bucket) => bucket.new.valid > 0);
  return last === undefined ? from : last.start + bucketMs;
}

/**
 * Whether the old version has served so much since that the new one, had it kept its share, would be missing in at most
 * 1 of 100 cases.
 */
function isSure(series: Series, since: number, percent: number): boolean {
  const served = servedSince(series, since).old.valid;
  return (1 - percent / 100) ** served <= 0.01;
}

function unconfirmed(series: Series, since: number, forMs: number): Confirmation {
  const served = servedSince(series, since);
  if (served.new.valid === 0) return { kind: "unseen", forMs };
  const requests = Math.ceil(served.new.valid);
  return { kind: "stillServing", requests, of: requests + Math.round(served.old.valid), since };
}
