import type { Clock } from "../../provider/rollout/ports";

interface Wake {
  readonly at: number;
  readonly run: () => void;
}

/**
 * Virtual time for many sleepers. It stands still while any code can run, and jumps to the next wake when told to go on.
 */
export class VirtualTime implements Clock {
  private readonly wakes: Wake[] = [];

  constructor(private time = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = { at: this.time + Math.max(0, ms), run: resolve };
      this.add(wake);
      signal?.addEventListener("abort", () => {
        const index = this.wakes.indexOf(wake);
        if (index !== -1) this.wakes.splice(index, 1);
        resolve();
      });
    });
  }

  /** Lets time go on for `ms` milliseconds, or until `isOver`. */
  async pass(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const until = this.time + ms;
    await settled();
    while (!isOver()) {
      const [next] = this.wakes;
      if (next === undefined || next.at > until) {
        this.time = until;
        return;
      }
      this.wakes.shift();
      this.time = next.at;
      next.run();
      // What wakes at the same moment runs at the same moment.
      while (this.wakes[0]?.at === this.time) this.wakes.shift()?.run();
      await settled();
    }
  }

  private add(wake: Wake): void {
    const index = this.wakes.findLastIndex(({ at }) => at <= wake.at);
    this.wakes.splice(index + 1, 0, wake);
  }
}

/** Resolves when everything that can run without time passing has run. */
async function settled(): Promise<void> {
  // An answer's body is read over several turns of the event loop.
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
}
