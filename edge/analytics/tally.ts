import { addTo, type Histogram } from "./histogram";
import { statusOf, type Status } from "./status";

/** What all invocations of one version have in common. */
export interface Source {
  readonly scriptName: string;
  /** Cloudflare's immutable id of the script; empty when the script has been deleted meanwhile. */
  readonly scriptTag: string;
  readonly versionId: string;
  readonly usageModel: string;
}

/** An invocation that is over. */
export interface EndedInvocation {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** In the words of Workers Observability. */
  readonly outcome: string;
  /** The location that it ran in. */
  readonly coloCode: string;
  readonly wallTimeMs: number;
  readonly cpuTimeMs: number;
}

/** The invocations of a version that began in the same second and place and ended alike. */
export interface Tally extends Source {
  /** Epoch seconds. */
  readonly second: number;
  readonly status: Status;
  readonly coloCode: string;
  requests: number;
  wallTimeUs: number;
  cpuTimeUs: number;
  readonly wallTimes: Histogram;
  readonly cpuTimes: Histogram;
}

/** Counts invocations, by second, status and location. */
export function tallied(source: Source, invocations: readonly EndedInvocation[]): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const invocation of invocations) {
    const second = Math.floor(invocation.startedAt / 1000);
    const status = statusOf(invocation.outcome);
    const { coloCode } = invocation;
    const name = `${second} ${status} ${coloCode}`;
    const tally = tallies.get(name) ?? emptyTally({ ...source, second, status, coloCode });
    tallies.set(name, tally);
    add(tally, invocation);
  }
  return [...tallies.values()];
}

function emptyTally(alike: Source & Pick<Tally, "second" | "status" | "coloCode">): Tally {
  const sums = { requests: 0, wallTimeUs: 0, cpuTimeUs: 0 };
  return { ...alike, ...sums, wallTimes: new Map(), cpuTimes: new Map() };
}

function add(tally: Tally, { wallTimeMs, cpuTimeMs }: EndedInvocation): void {
  const [wallTimeUs, cpuTimeUs] = [Math.round(wallTimeMs * 1000), Math.round(cpuTimeMs * 1000)];
  tally.requests += 1;
  tally.wallTimeUs += wallTimeUs;
  tally.cpuTimeUs += cpuTimeUs;
  addTo(tally.wallTimes, wallTimeUs);
  addTo(tally.cpuTimes, cpuTimeUs);
}
