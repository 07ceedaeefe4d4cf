import { badRequest } from "./refusal";

/** How long all patterns of one query may be looked for. Others wait for their answers meanwhile. */
const MOST_MS = 10_000;

/** Ends a query that looks for patterns for too long. */
export class Patience {
  private leftMs: number;

  constructor(private readonly mostMs = MOST_MS) {
    this.leftMs = mostMs;
  }

  /** A query begins. */
  renew(): void {
    this.leftMs = this.mostMs;
  }

  /** Does `look`, which is a part of the query. Throws a refusal of the query once it has taken too long. */
  spend<T>(look: () => T): T {
    if (this.leftMs <= 0) throw tooLong(this.mostMs);
    const from = performance.now();
    const found = look();
    this.leftMs -= performance.now() - from;
    return found;
  }
}

function tooLong(mostMs: number): Error {
  const seconds = mostMs / 1000;
  return badRequest(
    `Telemetry query refused. Its regular expressions took more than ${seconds} s, which is all they may. ` +
      "Ask for less time, or filter by something else first.",
  );
}
