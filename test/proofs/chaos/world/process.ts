import { getEventListeners } from "node:events";
import type { Outcome } from "../../../../provider/rollout/outcome";
import type { Order } from "../driver";
import type { RunLog } from "../log";
import type { Caller } from "./network";

/** A process that carries out one run of the code under test, until it ends or is killed. */
export class Process implements Caller {
  readonly isRun = true;
  readonly log: RunLog;
  readonly interruption = new AbortController();
  private underWay = 0;

  constructor(
    readonly name: string,
    order: Order,
    private readonly now: () => number,
  ) {
    this.log = {
      name,
      order,
      startedAt: now(),
      reads: [],
      writes: [],
      telemetry: [],
      gates: [],
      endedAt: undefined,
      killedAt: undefined,
      interruptedAt: undefined,
      outcome: undefined,
      thrown: undefined,
      mostPending: 0,
      mostListeners: 0,
    };
  }

  isAlive(): boolean {
    return this.log.killedAt === undefined && this.log.endedAt === undefined;
  }

  isKilled(): boolean {
    return this.log.killedAt !== undefined;
  }

  pending(change: 1 | -1): void {
    this.underWay += change;
    this.log.mostPending = Math.max(this.log.mostPending, this.underWay);
    if (change < 0) return;
    const listeners = getEventListeners(this.interruption.signal, "abort").length;
    this.log.mostListeners = Math.max(this.log.mostListeners, listeners);
  }

  interrupt(): void {
    this.log.interruptedAt ??= this.now();
    this.interruption.abort();
  }

  kill(): void {
    this.log.killedAt = this.now();
  }

  end(outcome: Outcome | undefined, thrown: unknown): void {
    this.log.endedAt = this.now();
    this.log.outcome = outcome;
    this.log.thrown = thrown;
  }
}
