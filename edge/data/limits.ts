import type { Version } from "../scripts/types";

/** What a version may use before it is stopped. */
export interface Limits {
  /** CPU time of one request, in milliseconds. A version that was uploaded with `limits.cpu_ms` has its own. */
  readonly cpuMs: number;
  /** Memory of all its requests together, in megabytes. */
  readonly memoryMb: number;
}

/** The limits an edge is started with, which may be some only. */
export type LimitsGiven = { readonly [limit in keyof Limits]?: number | undefined };

/** The limits given, and for the others those of Cloudflare's paid plan. */
export function withCloudflares({ cpuMs = 30_000, memoryMb = 128 }: LimitsGiven = {}): Limits {
  return { cpuMs, memoryMb };
}

/** What a version may use: what it was uploaded with, and else what the edge gives. */
export function limitsOf({ limits }: Version, edges: Limits): Limits {
  return { ...edges, cpuMs: limits?.cpu_ms ?? edges.cpuMs };
}

/** A limit that a request can be ended for, by its name as an outcome. */
export type Excess = "exceededCpu" | "exceededMemory";
