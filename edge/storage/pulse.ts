import { request } from "node:http";

/** Cloudflare ends a call of an object that has used 30 seconds of CPU. */
const LIMIT_MS = 30_000;
const REST_MS = 5_000;

/**
 * Asks a process again and again whether it still answers. One that does not is in a loop that never ends: nothing but
 * its end helps those who wait for the other objects in it.
 */
export class Pulse {
  private rest: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    private readonly socketPath: string,
    private readonly onLost: () => void,
    private readonly limitMs = LIMIT_MS,
    private readonly restMs = REST_MS,
  ) {
    this.wait();
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.rest);
  }

  private wait(): void {
    this.rest = setTimeout(() => {
      this.ask();
    }, this.restMs).unref();
  }

  private ask(): void {
    const asked = request({ socketPath: this.socketPath, method: "HEAD", agent: false });
    const lost = setTimeout(() => {
      if (!this.isOver) this.onLost();
      asked.destroy();
    }, this.limitMs).unref();
    asked.once("response", (answer) => answer.resume());
    // A process that has ended is somebody else's to find out.
    asked
      .once("error", () => undefined)
      .once("close", () => {
        clearTimeout(lost);
        if (!this.isOver) this.wait();
      });
    asked.end();
  }
}
