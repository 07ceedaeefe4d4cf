import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** How many versions may be starting at once: each keeps a processor busy for as long. */
const MOST_AT_ONCE = Math.max(2, availableParallelism());

/** A version that ends by itself sooner than this has not really run. */
const SHORT_LIFE_MS = 1_000;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** When versions may start: not too many at once, and one that ends again and again only after a pause. */
export class Starts {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly pauses = new Map<string, { readonly ms: number; readonly until: number }>();

  /** Does `start` when it is the version's turn. */
  async take<T>(versionId: string, start: () => Promise<T>): Promise<T> {
    const pause = (this.pauses.get(versionId)?.until ?? 0) - performance.now();
    if (pause > 0) await sleep(pause);
    if (this.running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await start();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  /** A version has ended by itself: the sooner it does so again, the longer it waits. */
  ended(versionId: string, livedMs: number): void {
    if (livedMs >= SHORT_LIFE_MS) {
      this.pauses.delete(versionId);
      return;
    }
    const ms = Math.min(LONGEST_PAUSE_MS, 2 * (this.pauses.get(versionId)?.ms ?? FIRST_PAUSE_MS / 2));
    this.pauses.set(versionId, { ms, until: performance.now() + ms });
  }
}
