import type { Clock, Urgency } from "../../rollout/ports";

/** The most urgent first. */
const order: readonly Urgency[] = ["revert", "write", "telemetry", "look", "start"];

/** When a request may be sent, and what it counts for. */
export interface Gate {
  /** When one of this urgency may be sent, in milliseconds since the epoch: now, or later. */
  freeAt(urgency: Urgency): number;
  /** One is sent now. */
  take(urgency: Urgency): void;
}

/**
 * Requests that wait for their turn: the more urgent first, else the one that waits longest. Our own, since the queues
 * there are (p-queue, bottleneck) know neither a limit that is learned nor parts of it by urgency.
 */
export class Queue {
  private readonly waiting = new Map<Urgency, (() => void)[]>(order.map((urgency) => [urgency, []]));
  /** Ends the pause until the next one may go. */
  private pause: AbortController | undefined;

  constructor(
    private readonly gate: Gate,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the request may be sent, which then counts as sent. */
  turn(urgency: Urgency): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.get(urgency)?.push(resolve);
      this.advance();
    });
  }

  /** Lets go whatever may: to be called when more may go than before. */
  advance(): void {
    this.pause?.abort();
    this.pause = undefined;
    let next = this.next();
    while (next !== undefined && next.at <= this.clock.now()) {
      this.gate.take(next.urgency);
      this.waiting.get(next.urgency)?.shift()?.();
      next = this.next();
    }
    if (next !== undefined) this.advanceAt(next.at);
  }

  /** The request that may go first, and when; among those which may go now it is the most urgent. */
  private next(): { readonly urgency: Urgency; readonly at: number } | undefined {
    const now = this.clock.now();
    return order
      .filter((urgency) => (this.waiting.get(urgency)?.length ?? 0) > 0)
      .map((urgency) => ({ urgency, at: Math.max(now, this.gate.freeAt(urgency)) }))
      .reduce<{ urgency: Urgency; at: number } | undefined>(
        (first, one) => (first === undefined || one.at < first.at ? one : first),
        undefined,
      );
  }

  private advanceAt(time: number): void {
    const pause = new AbortController();
    this.pause = pause;
    void this.clock.sleep(time - this.clock.now(), pause.signal).then(() => {
      if (!pause.signal.aborted) this.advance();
    });
  }
}
