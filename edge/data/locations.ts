import type { IncomingMessage } from "node:http";
import { DEFAULT_SEED, type Realism, type Span } from "../realism";
import { position } from "./split";

/** A location, by the airport code that Cloudflare gives it: the `colo` of `request.cf`, and the end of `cf-ray`. */
export type Colo = string;

/** The one location of an edge where deployments are everywhere at once. */
export const LOCAL: Colo = "LOC";

/** The locations of an edge where they are not. Crons and queues are called from the first. */
const COLOS = ["AMS", "FRA", "GRU", "IAD", "LHR", "NRT", "SIN", "SJC"] as const;

/** The locations of an edge, and how long a deployment takes to be known at each. */
export class Locations {
  readonly all: readonly Colo[];
  /** Where everything runs that no visitor has asked for. */
  readonly home: Colo;
  private readonly seed: number;
  private readonly delayMs: Span | undefined;

  constructor({ seed = DEFAULT_SEED, propagationMs }: Realism = {}) {
    this.seed = seed;
    this.delayMs = propagationMs;
    this.all = propagationMs === undefined ? [LOCAL] : COLOS;
    this.home = propagationMs === undefined ? LOCAL : COLOS[0];
  }

  /**
   * Where a request comes in. A visitor's address decides, so a visitor stays in one location. A call from a Worker
   * has no address: it stays where its `cf-ray` says that it is.
   */
  of({
    socket,
    headers,
  }: Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string | undefined } }): Colo {
    const { remoteAddress } = socket;
    if (this.delayMs === undefined) return this.home;
    if (remoteAddress === undefined) return this.named(headers["cf-ray"]) ?? this.home;
    // An IPv4 address, as a socket for both kinds tells it.
    const address = remoteAddress.replace(/^::ffff:/, "");
    const place = Math.floor(position(`${this.seed}:${address}`) * this.all.length);
    return this.all[place] ?? this.home;
  }

  /** When the script's deployment of that number, made at `nowMs`, is known at each location, in epoch milliseconds. */
  arrivals(scriptName: string, number: number, nowMs: number): ReadonlyMap<Colo, number> {
    const { seed, delayMs } = this;
    if (delayMs === undefined) return new Map();
    const [shortest, longest] = delayMs;
    const delayAt = (colo: Colo): number =>
      shortest + position(`${seed}:${scriptName}:${number}:${colo}`) * (longest - shortest);
    return new Map(this.all.map((colo) => [colo, nowMs + delayAt(colo)]));
  }

  private named(ray: string | string[] | undefined): Colo | undefined {
    const [, named] = typeof ray === "string" ? ray.split("-") : [];
    return this.all.find((colo) => colo === named);
  }
}
