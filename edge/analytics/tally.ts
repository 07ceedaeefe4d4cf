import { addTo, type Histogram } from "./histogram";
import { statusOf, type Status } from "./status";

/** What all invocations of one version have in common. */
export interface Source {
  readonly scriptName: string;
  /** Cloudflare's immutable id of the script; empty when the script has been deleted meanwhile. */
  readonly scriptTag: string;
  readonly versionId: string;
  readonly usageModel: string;
  readonly coloCode: string;
}

/** An invocation that is over. */
export interface EndedInvocation {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** In the words of Workers Observability. */
  readonly outcome: string;
  readonly wallTimeMs: number;
  readonly cpuTimeMs: number;
}

/** The invocations of a version that began in the same second and ended alike. */
export interface Tally extends Source {
  /** Epoch seconds. */
  readonly second: number;
  readonly status: Status;
  requests: number;
  wallTimeUs: number;
  cpuTimeUs: number;
  readonly wallTimes: Histogram;
  readonly cpuTimes: Histogram;
}

/** Counts invocations, second by second and status by status. */
export function tallied(source: Source, invocations: readonly EndedInvocation[]): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const invocation of invocations) {
    const second = Math.floor(invocation.startedAt / 1000);
    const status = statusOf(invocation.outcome);
    const name = `${second} ${status}`;
    const tally = tallies.get(name) ?? emptyTally(source, second, status);
    tallies.set(name, tally);
    add(tally, invocation);
  }
  return [...tallies.values()];
}

function emptyTally(source: Source, second: number, status: Status): Tally {
  const sums = { requests: 0, wallTimeUs: 0, cpuTimeUs: 0 };
  return { ...source, ...sums, second, status, wallTimes: new Map(), cpuTimes: new Map() };
}

function add(tally: Tally, { wallTimeMs, cpuTimeMs }: EndedInvocation): void {
  const [wallTimeUs, cpuTimeUs] = [Math.round(wallTimeMs * 1000), Math.round(cpuTimeMs * 1000)];
  tally.requests += 1;
  tally.wallTimeUs += wallTimeUs;
  tally.cpuTimeUs += cpuTimeUs;
  addTo(tally.wallTimes, wallTimeUs);
  addTo(tally.cpuTimes, cpuTimeUs);
}
