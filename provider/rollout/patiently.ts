import { mostOrderedMs } from "./look/source";
import { PortError } from "./ports";
import type { Dependencies } from "./release";

/**
 * Asks again after each wait that the service orders, for at most ten minutes of them: a release that has not begun has
 * no traffic to put back.
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  { clock, interruption, progress }: Pick<Dependencies, "clock" | "interruption" | "progress">,
): Promise<T> {
  for (let waitedMs = 0; ;) {
    try {
      return await ask();
    } catch (error) {
      const waitMs = error instanceof PortError ? error.retryAfterMs : undefined;
      if (waitMs === undefined || interruption.aborted || waitedMs + waitMs > mostOrderedMs) throw error;
      waitedMs += waitMs;
      progress.status(`not begun yet: ${(error as PortError).message}`);
      await clock.sleep(waitMs, interruption);
    }
  }
}
