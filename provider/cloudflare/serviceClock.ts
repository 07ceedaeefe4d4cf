import type { Clock } from "../rollout/ports";

/**
 * What the `date` header cannot show: it has whole seconds, and an answer takes its time. Smaller differences are left
 * alone.
 */
const toleranceMs = 2000;

/** Reads the service's clock from its answers. */
export interface DateObserver {
  /** A request sent at `sentAt` and answered at `receivedAt`, by this machine's clock, had this `date` header. */
  observe(date: string | null, sentAt: number, receivedAt: number): void;
}

/**
 * A clock that goes like `local` and shows Cloudflare's time. Deployments and telemetry carry Cloudflare's times; on a
 * machine that is minutes off, a soak would be over too early and the newest telemetry never be asked for.
 */
export function serviceClock(local: Clock): Clock & DateObserver {
  let aheadMs = 0;
  return {
    now: () => local.now() + aheadMs,
    sleep: (ms, signal) => local.sleep(ms, signal),
    observe(date, sentAt, receivedAt) {
      const told = Date.parse(date ?? "");
      if (Number.isNaN(told)) return;
      // The header was written between the two, and stands for any moment of its second.
      const found = told + 500 - (sentAt + receivedAt) / 2;
      const slackMs = toleranceMs + (receivedAt - sentAt) / 2;
      if (Math.abs(found - aheadMs) > slackMs) aheadMs = Math.abs(found) > slackMs ? found : 0;
    },
  };
}
