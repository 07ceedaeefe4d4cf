import { setTimeout } from "node:timers/promises";
import { randomFrom } from "../random";
import type { TelemetryEvent, TelemetryStore } from "../telemetry";
import { lossOf } from "./ingestion";
import { match, NO_COUNT, type Asked, type Count } from "./match";
import { readFaults, type FaultGiven, type FaultList } from "./parse";
import type { Answer, Fault } from "./schema";

/** Makes an edge fail on request. None does by itself. */
export interface FaultControl {
  /**
   * Sets the faults that happen from now on, in the place of those before.
   *
   * @param seed What shares are drawn by. Default: 1.
   * @throws Error that says which fault cannot be, and why
   */
  set(faults: readonly FaultGiven[], seed?: number): void;
  /** Ends all faults, also a block that has begun. */
  clear(): void;
  /** The faults, in full, and how often each has struck. */
  report(): readonly FaultReport[];
}

/** A fault, and what has become of it. */
export interface FaultReport {
  readonly fault: Fault;
  /** How many requests, or events of telemetry, might have met it. */
  readonly seen: number;
  /** How many have. */
  readonly struck: number;
}

/** What a request is to be answered with: also that all of them are blocked, for so many more seconds. */
export type Strike =
  Exclude<Answer, { kind: "block" }> | { readonly kind: "blocked"; readonly seconds: number };

/** What takes telemetry in. */
type Recording = Pick<TelemetryStore, "record">;

const NONE: FaultList = { seed: 1, faults: [] };

/** The faults of an edge, and what they remember. */
export class Faults implements FaultControl {
  private list = NONE;
  private counts: readonly Count[] = [];
  private draws: readonly (() => number)[] = [];
  private blockedUntil = 0;
  private readonly ended = new AbortController();

  /**
   * @param now In milliseconds, from any moment on.
   * @param sleep Waits so many milliseconds. Rejects when the edge ends meanwhile.
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly sleep: (ms: number, ended: AbortSignal) => Promise<void> = sleepUnlessEnded,
  ) {}

  set(faults: readonly FaultGiven[], seed?: number): void {
    this.begin(readFaults({ faults, seed }));
  }

  /** Sets faults that have been read. */
  begin(list: FaultList): void {
    this.list = list;
    this.counts = list.faults.map(() => NO_COUNT);
    this.draws = list.faults.map((_, index) => randomFrom(`${list.seed}, fault ${index}`));
    this.blockedUntil = 0;
  }

  clear(): void {
    this.begin(NONE);
  }

  report(): readonly FaultReport[] {
    return this.list.faults.map((fault, index) => ({ fault, ...(this.counts[index] ?? NO_COUNT) }));
  }

  /** What a request meets; undefined when nothing happens to it. */
  strike(asked: Asked): Strike | undefined {
    const blocked = this.block();
    if (blocked !== undefined) return blocked;
    const { answer, counts } = match(this.list.faults, this.counts, asked, (index) => this.draw(index));
    this.counts = counts;
    if (answer?.kind !== "block") return answer;
    this.blockedUntil = this.now() + answer.seconds * 1000;
    return this.block();
  }

  /** The way into a store of telemetry, where events may be lost. */
  lossy(store: Recording): Recording {
    return {
      record: (events) => {
        const arriving = this.arriving(events);
        if (arriving.length > 0) store.record(arriving);
      },
    };
  }

  /** Waits so long, or until the edge ends. */
  wait(ms: number): Promise<void> {
    return this.sleep(ms, this.ended.signal);
  }

  /** Nobody waits after this: what was to be carried out later is not. */
  close(): void {
    this.ended.abort();
  }

  private arriving(events: readonly TelemetryEvent[]): readonly TelemetryEvent[] {
    if (!this.list.faults.some((fault) => "ingestion" in fault)) return events;
    return events.filter(({ versionId }) => this.arrives(versionId));
  }

  private block(): Strike | undefined {
    const seconds = Math.ceil((this.blockedUntil - this.now()) / 1000);
    return seconds > 0 ? { kind: "blocked", seconds } : undefined;
  }

  private draw(index: number): number {
    return this.draws[index]?.() ?? 0;
  }

  private arrives(versionId: string): boolean {
    const lostTo = lossOf(this.list.faults, versionId);
    this.counts = this.counts.map(({ seen, struck }, index) =>
      "ingestion" in (this.list.faults[index] ?? {})
        ? { seen: seen + 1, struck: struck + Number(index === lostTo) }
        : { seen, struck },
    );
    return lostTo === undefined;
  }
}

function sleepUnlessEnded(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal, ref: false });
}
