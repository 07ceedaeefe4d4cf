import type { Clock, Notice, Notices, Progress } from "../rollout/ports";
import { unlessAborted } from "../rollout/unlessAborted";
import { messageOf } from "./formats";
import { shownAddress, type NotificationTarget } from "./schema";
import { send, usualPatience, type Patience } from "./send";

/** Notices that are sent to addresses. */
export interface SentNotices extends Notices {
  /**
   * Resolves when all that was told is sent or given up, at the latest after `ms` milliseconds: to be waited for when a
   * release is over, before its process may end.
   */
  settled(ms: number): Promise<void>;
}

/** What sending needs. */
export interface Sending {
  readonly clock: Clock;
  /** Where it is told that an address does not take what it is sent. */
  readonly progress: Progress;
  /** Default: three attempts of 5 seconds. */
  readonly patience?: Patience;
}

/**
 * Tells addresses what happens to a release. Nobody waits for it: each address has a queue of its own, so that it gets
 * its events in order, and the one that does not answer holds up no other. The first failure of each is told, by the
 * address's origin alone.
 */
export function noticesTo(
  targets: readonly NotificationTarget[],
  { clock, progress, patience = usualPatience }: Sending,
): SentNotices {
  const queues = targets.map((target) => queueTo(target));

  function queueTo({ url, on, format }: NotificationTarget) {
    let last = Promise.resolve();
    let hasFailed = false;
    const failed = (what: string, trouble: string): void => {
      if (hasFailed) return;
      hasFailed = true;
      progress.event(
        `Warning: ${shownAddress(url)} was not told of the event "${what}": ${trouble}. The release goes on without it; ` +
          "further failures there are not told.",
      );
    };
    return {
      add(notice: Notice): void {
        if (notice.kind !== "revertFailed" && !on.includes(notice.kind)) return;
        const { kind } = notice;
        last = last
          .then(() => send(url, messageOf(notice, format), patience, clock))
          .then((trouble) => {
            if (trouble !== undefined) failed(kind, trouble);
          })
          .catch(() => undefined);
      },
      done: () => last,
    };
  }

  return {
    tell(notice) {
      for (const queue of queues) queue.add(notice);
    },
    async settled(ms) {
      const isOver = new AbortController();
      const all = Promise.all(queues.map(({ done }) => done()));
      await Promise.race([all, clock.sleep(ms, isOver.signal)]);
      isOver.abort();
    },
  };
}

/** Longer than a notification that fails is tried, and shorter than a machine that wants to stop waits. */
const patienceMs = { usual: 20_000, interrupted: 2000 };

/**
 * Waits for a release, and then until others have been told what happened: the traffic is where it belongs by then.
 *
 * @param interruption what makes the release stop: then the wait is short
 */
export async function toldInTime<T>(
  release: Promise<T>,
  notices: SentNotices,
  interruption: AbortSignal,
): Promise<T> {
  const outcome = await release;
  await unlessAborted(notices.settled(patienceMs.usual), interruption);
  await notices.settled(patienceMs.interrupted);
  return outcome;
}
