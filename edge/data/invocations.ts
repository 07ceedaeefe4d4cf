import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cause } from "./cause";
import type { CpuClock } from "./cpu";
import { CpuShares, type CpuShare } from "./shares";
import type { Excess } from "./limits";
import type { Hop } from "./ray";

/** How long the connections of a process that has ended may take to break. */
const DRAIN_MS = 1_000;

/** The connection on which a request or event was sent to the process. */
export interface Connection {
  readonly socket: Socket;
  /** How many bytes had been written to it before. */
  readonly written: number;
  /** How many bytes had been read from it when that was last looked at. */
  read: number;
}

/** A request or another event that a version has begun to handle and whose telemetry has not come in. */
export interface Invocation extends CpuShare, Hop {
  readonly isObserved: boolean;
  /** 0, and more when it was sent again because the process that had it ended. */
  readonly attempt: number;
  readonly cause: Cause;
  /** Whether another process may handle it too. */
  readonly isRepeatable: boolean;
  /** 1 for the first of its process, and so on. */
  readonly number: number;
  readonly startedAt: number;
  /** When it last did something that could be seen, by the clock of `performance.now()`. */
  activeAt: number;
  /** CPU time that it has used while no other invocation was there: that much is its own for certain. */
  aloneCpuTimeMs: number;
  /** The client left before it had the whole answer. */
  canceled: boolean;
  /** What the client was answered with, once it was. */
  status?: number;
  /** How an event's handler ended, once it did. */
  outcome?: string;
  /** It threw, or its process ended in the middle of its answer. */
  isBroken: boolean;
  /** It has become a WebSocket, which lasts as long as both sides like. */
  isWebSocket: boolean;
  connection?: Connection;
  /** The limit for which its process was ended. */
  excess?: Excess;
  /** Its process was ended on account of another one. */
  isSpared: boolean;
}

/** What of an exchange its invocation knows. */
type Origin = Pick<Invocation, "ray" | "rayId" | "colo" | "isObserved" | "attempt">;

/** What calls a version, and whether another process may be called with it too. */
type Call = Pick<Invocation, "cause" | "isRepeatable">;

/** The invocations of one version's process. */
export class Invocations {
  /** Those whose answer has not ended. */
  readonly running = new Set<Invocation>();
  /** Those that workerd has told nothing about. */
  private readonly untold = new Map<string, Invocation>();
  /** Those of them that have been given up: their client left, and their telemetry has been written without workerd. */
  private readonly abandoned = new Map<string, Invocation>();
  private readonly shares: CpuShares;
  /** How many there have been. */
  count = 0;
  private usedAt = performance.now();
  private hasShownLife = false;
  /** The number of the last one after whose beginning the process is known to have been free. */
  private freeAfter = 0;

  constructor(clock: CpuClock) {
    this.shares = new CpuShares(clock);
  }

  begin({ ray, rayId, colo, isObserved, attempt }: Origin, { cause, isRepeatable }: Call): Invocation {
    const invocation: Invocation = {
      ...{ ray, rayId, colo, isObserved, attempt, cause, isRepeatable, number: this.count + 1 },
      ...{ startedAt: Date.now(), activeAt: performance.now() },
      ...{ cpuTimeMs: 0, sharesFrom: 0, aloneCpuTimeMs: 0, canceled: false, isWebSocket: false },
      ...{ isBroken: false, isSpared: false },
    };
    this.count += 1;
    this.usedAt = performance.now();
    this.shares.begin(invocation);
    this.running.add(invocation);
    this.untold.set(ray, invocation);
    return invocation;
  }

  /** To be called when its answer arrives: it, and so its process, is at work. */
  showsLife(invocation: Invocation): void {
    invocation.activeAt = performance.now();
    this.wasFreeAfter(invocation.number);
  }

  /** To be called when the process has done something that it can only do between two turns. */
  wasFreeAfter(number: number): void {
    this.hasShownLife = true;
    this.freeAfter = Math.max(this.freeAfter, number);
  }

  /** Those that have begun since the process was last known to be free. */
  get recent(): Invocation[] {
    return this.unfinished.filter(({ number }) => number > this.freeAfter);
  }

  /** Whether any has shown life since this was asked last. */
  tookLife(): boolean {
    for (const invocation of this.running) {
      const { connection } = invocation;
      if (connection === undefined || connection.socket.bytesRead === connection.read) continue;
      connection.read = connection.socket.bytesRead;
      this.showsLife(invocation);
    }
    const had = this.hasShownLife;
    this.hasShownLife = false;
    return had;
  }

  /** The answer has gone out, or nobody waits for it any more. */
  end(invocation: Invocation): void {
    this.usedAt = performance.now();
    if (this.running.delete(invocation)) this.shares.end(invocation);
  }

  /** Another process is to handle it. */
  withdraw(invocation: Invocation): void {
    this.end(invocation);
    this.takeUntold(invocation.ray);
  }

  /** Hands over an invocation to whoever writes its telemetry, which happens once: workerd has told of it. */
  take(ray: string): Invocation | undefined {
    const given = this.abandoned.get(ray);
    this.abandoned.delete(ray);
    const invocation = this.takeUntold(ray);
    this.wasFreeAfter((invocation ?? given)?.number ?? 0);
    return invocation;
  }

  /** As {@link take}, though workerd has not told of it. */
  abandon(ray: string): Invocation | undefined {
    const invocation = this.takeUntold(ray);
    if (invocation) this.abandoned.set(ray, invocation);
    return invocation;
  }

  /** As {@link take}, for all that are left: the process has ended. */
  takeAll(): Invocation[] {
    for (const invocation of [...this.running]) this.end(invocation);
    this.shares.settleEnded();
    const left = [...this.untold.values()];
    this.untold.clear();
    return left;
  }

  /** All that the process may still be at work on. */
  get unfinished(): Invocation[] {
    return [...this.untold.values(), ...this.abandoned.values()];
  }

  /** How long ago the last one began or was answered. */
  get unusedMs(): number {
    return performance.now() - this.usedAt;
  }

  /** Whether there is nothing that the process could be at work on. */
  get areAllFinished(): boolean {
    return this.untold.size === 0 && this.abandoned.size === 0 && this.running.size === 0;
  }

  /** Waits until no answer is on its way: when the process has ended, that is about to be so. */
  async untilNoneRuns(): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    while (this.running.size > 0 && performance.now() < deadline) await sleep(5);
  }

  private takeUntold(ray: string): Invocation | undefined {
    this.shares.settleEnded();
    const invocation = this.untold.get(ray);
    this.untold.delete(ray);
    return invocation;
  }
}
