import type { CpuClock } from "./cpu";

/** The part of an invocation in the CPU time of its process. */
export interface CpuShare {
  cpuTimeMs: number;
  /** Where the shares stood when it began, or when they were last settled. */
  sharesFrom: number;
}

/** How often the clock is read at most: reading takes as long as a good part of handling a request. */
const READ_EVERY_MS = 5;

/**
 * How the CPU time of a process is shared out among its invocations, of which workerd tells nobody what they use.
 *
 * What was used between two readings of the clock goes to those that ran then, by how long each ran, split evenly for
 * as long as several ran at once. It is exact for one at a time that takes longer than the clock is left unread, and
 * an approximation for others; what was used while none ran goes to nobody, if the clock was read meanwhile.
 */
export class CpuShares {
  private readonly running = new Set<CpuShare>();
  /** Those that have ended since the last reading, with how much they had come to. */
  private readonly unsettled: { readonly share: CpuShare; readonly weight: number }[] = [];
  /** How long one invocation that had run all the time would have run alone, counting n at once as 1/n. */
  private weight = 0;
  private busyMs = 0;
  private movedAt = performance.now();
  private readAt = 0;
  private reading = 0;

  constructor(private readonly clock: CpuClock) {}

  begin(share: CpuShare): void {
    this.move();
    if (this.movedAt - this.readAt >= READ_EVERY_MS) this.settle();
    share.sharesFrom = this.weight;
    this.running.add(share);
  }

  end(share: CpuShare): void {
    this.move();
    this.running.delete(share);
    this.unsettled.push({ share, weight: this.weight - share.sharesFrom });
    if (this.movedAt - this.readAt >= READ_EVERY_MS) this.settle();
  }

  /** Gives those that have ended what is theirs. */
  settleEnded(): void {
    if (this.unsettled.length === 0) return;
    this.move();
    this.settle();
  }

  /** Reads the clock, and gives everybody what is theirs up to now. */
  private settle(): void {
    const reading = this.clock.read();
    const perWeight = this.busyMs === 0 ? 0 : (reading - this.reading) / this.busyMs;
    for (const { share, weight } of this.unsettled.splice(0)) share.cpuTimeMs += weight * perWeight;
    for (const share of this.running) {
      share.cpuTimeMs += (this.weight - share.sharesFrom) * perWeight;
      share.sharesFrom = this.weight;
    }
    this.reading = reading;
    this.readAt = this.movedAt;
    this.busyMs = 0;
  }

  private move(): void {
    const now = performance.now();
    if (this.running.size > 0) {
      this.weight += (now - this.movedAt) / this.running.size;
      this.busyMs += now - this.movedAt;
    }
    this.movedAt = now;
  }
}
