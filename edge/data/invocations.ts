import type { CpuClock } from "./cpu";

/** What a request asks for. */
export interface RequestLine {
  readonly method: string;
  readonly url: string;
  readonly path: string;
}

/** A request that a version has begun to handle and whose telemetry has not come in. */
export interface Invocation {
  readonly ray: string;
  readonly isObserved: boolean;
  readonly request: RequestLine;
  readonly startedAt: number;
  cpuTimeMs: number;
  /** What the client was answered with, once it was. */
  status?: number;
  /** The client left before it had the whole answer. */
  canceled: boolean;
}

type Origin = Pick<Invocation, "ray" | "isObserved">;

/**
 * The invocations of one version's process, and how its CPU time is shared out among them.
 *
 * workerd tells nobody what an invocation has used. So whenever one begins or ends, what the process has used since
 * the last such moment is split evenly among those that were running. It is exact for one at a time and an
 * approximation for more; nothing is charged for the time when none was running.
 */
export class Invocations {
  private readonly running = new Set<Invocation>();
  private readonly open = new Map<string, Invocation>();
  private lastReading = 0;

  constructor(private readonly clock: CpuClock) {}

  begin({ ray, isObserved }: Origin, request: RequestLine): Invocation {
    this.shareOut();
    const invocation: Invocation = {
      ray,
      isObserved,
      request,
      startedAt: Date.now(),
      cpuTimeMs: 0,
      canceled: false,
    };
    this.running.add(invocation);
    this.open.set(ray, invocation);
    return invocation;
  }

  /** The answer has gone out, or nobody waits for it any more. */
  end(invocation: Invocation): void {
    this.shareOut();
    this.running.delete(invocation);
  }

  /** The version never heard of it: another process will. */
  withdraw(invocation: Invocation): void {
    this.end(invocation);
    this.open.delete(invocation.ray);
  }

  /** Hands over an invocation to whoever writes its telemetry, which happens once. */
  take(ray: string): Invocation | undefined {
    const invocation = this.open.get(ray);
    this.open.delete(ray);
    return invocation;
  }

  /** As {@link take}, for all that are left. */
  takeAll(): Invocation[] {
    const left = [...this.open.values()];
    this.open.clear();
    return left;
  }

  /** How many have no telemetry yet. */
  get size(): number {
    return this.open.size;
  }

  private shareOut(): void {
    const reading = this.clock.read();
    const used = reading - this.lastReading;
    this.lastReading = reading;
    for (const invocation of this.running) invocation.cpuTimeMs += used / this.running.size;
  }
}
