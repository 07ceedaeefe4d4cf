import { cloudflareTelemetry, type TelemetryOptions } from "../../../provider/cloudflare/telemetry";
import type { ReleasePlan } from "../../../provider/plan/types";
import type { Outcome } from "../../../provider/rollout/outcome";
import type { Clock } from "../../../provider/rollout/ports";
import { newVersion, oldVersion, release, world, type World } from "../../rollout/simulate";
import { LiveTelemetry, suggested, type LiveRow, type Unknowns } from "./model";

/** What a Worker does in a second. */
export interface Second {
  /** When it begins, in epoch milliseconds. */
  readonly at: number;
  /** The same since the release began. */
  readonly elapsed: number;
  /** The new version's share of the traffic, from 0 to 1. */
  readonly share: number;
  /** How long ago a deployment was made, in milliseconds. */
  readonly sinceDeployment: number;
}

/** A release that is judged by the telemetry of a Worker, as the live API answers. */
export interface LiveRelease {
  readonly plan: ReleasePlan;
  /** The rows of telemetry that a second leaves behind. */
  readonly rowsOf: (second: Second) => readonly LiveRow[];
  readonly unknowns?: Partial<Unknowns>;
  readonly options?: TelemetryOptions;
}

/** For how long a Worker serves, before the release and since it began. */
const beforeMs = 600_000;
const longestMs = 1_800_000;

/** Releases the new version in virtual time. */
export async function releaseLive({ plan, rowsOf, unknowns, options }: LiveRelease): Promise<Outcome> {
  const outside = world();
  const { clock, deployments } = outside;
  const live = new LiveTelemetry([], () => clock.now(), { ...suggested, ...unknowns });
  for (let elapsed = -beforeMs; elapsed < longestMs; elapsed += 1000) {
    const serve = (): void => {
      const at = clock.start + elapsed;
      const share = deployments.percentAt(newVersion, at) / 100;
      const sinceDeployment = at - (deployments.made[0]?.createdAt ?? at);
      live.rows.push(...rowsOf({ at, elapsed, share, sinceDeployment }));
    };
    if (elapsed < 0) serve();
    else clock.at(elapsed, serve);
  }
  const worker = { accountId: "acc", scriptName: "checkout" };
  const telemetry = {
    ...cloudflareTelemetry(live.client(), worker, options),
    readiness: () => Promise.resolve({ blindBecause: undefined, warnings: [] }),
  };
  const patient = { ...outside, telemetry, clock: whileNobodyAsks(clock, live) };
  // The defaults, as for any other API.
  const delays = { warmUp: "30s", settleTime: "60s" };
  return release(patient as unknown as World, { plan: { ...delays, ...plan } });
}

/** A clock that does not move while an answer is on its way. */
function whileNobodyAsks(clock: World["clock"], live: LiveTelemetry): Clock {
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      let asked = live.asked.length;
      for (let quiet = 0; quiet < 20; quiet += 1) {
        await new Promise(setImmediate);
        if (signal?.aborted) return;
        if (live.asked.length > asked) quiet = 0;
        asked = live.asked.length;
      }
      return clock.sleep(ms, signal);
    },
  };
}

/** The version that answers the i-th request of a second, when the new one has a share of them in whole tenths. */
export function versionOf(index: number, { share, at }: Second): string {
  const place = (index * 7 + (at / 1000) * 3) % 10;
  return place < share * 10 ? newVersion : oldVersion;
}
