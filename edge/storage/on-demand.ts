import type { StateProcess } from "./process";

/** Starts a process; `onEnd` is to be called should it end by itself. */
export type Start = (onEnd: () => void) => Promise<StateProcess>;

/**
 * One process at most: started when first needed, and again after it has ended. Two of them would open the same files,
 * so a new one waits until the one before is gone.
 */
export class OnDemand {
  private running: Promise<StateProcess> | undefined;
  private ending: Promise<void> = Promise.resolve();

  /** `beforeStop` is done with a process that is about to be ended. */
  constructor(
    private readonly start: Start,
    private readonly beforeStop: (socket: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The socket of the process, started if it does not run. */
  async socket(): Promise<string> {
    this.running ??= this.startAnew();
    return (await this.running).socket;
  }

  /** Ends the process, if there is one, and does what is to be done while there is none. */
  async stop(meanwhile?: () => Promise<void>): Promise<void> {
    const { running, ending } = this;
    this.running = undefined;
    this.ending = ending.then(() => this.end(running)).then(meanwhile);
    await this.ending;
  }

  private async end(running: Promise<StateProcess> | undefined): Promise<void> {
    const process = await running?.catch(() => undefined);
    if (process === undefined) return;
    await this.beforeStop(process.socket);
    await process.stop();
  }

  private startAnew(): Promise<StateProcess> {
    const starting: Promise<StateProcess> = this.ending.then(() =>
      this.start(() => {
        // Left alone, Miniflare would start it again.
        if (this.running === starting) void this.stop();
      }),
    );
    starting.catch(() => {
      if (this.running === starting) this.running = undefined;
    });
    return starting;
  }
}
