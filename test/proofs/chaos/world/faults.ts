import { PortError } from "../../../../provider/rollout/ports";
import type { Fault, Piece, Port, Span, Target } from "../scenario/scenario";

/** No answer ever comes; whoever asked gives up. */
export class Silence extends Error {}

type Of<Kind extends Fault["kind"]> = Extract<Piece, { kind: Kind }>;

/** The faults of a scenario, at work. Times are milliseconds since the epoch. */
export class Faults {
  /** How often each fault has hit. */
  readonly hits = new Map<string, number>();

  constructor(
    private readonly pieces: readonly Piece[],
    private readonly start: number,
  ) {}

  all<Kind extends Fault["kind"]>(kind: Kind): Of<Kind>[] {
    return this.pieces.filter((piece): piece is Of<Kind> => piece.kind === kind);
  }

  hit(name: string): void {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
  }

  /** Throws what the service answers while it is down, limited or forbidden; {@link Silence} for no answer. */
  check(port: Port, now: number): void {
    this.checkDown(port, now);
    const limit = this.now("rateLimit", now).find(({ target }) => hits(target, port));
    if (limit) {
      this.hit(`rate limit${limit.saysWhen ? " with retry-after" : ""}`);
      const waitMs = Math.ceil((this.start + limit.to - now) / 1000) * 1000;
      throw new PortError("unavailable", "Failed for now: HTTP 429.", limit.saysWhen ? waitMs : undefined);
    }
    const forbidden = this.now("forbidden", now).find(({ target }) => hits(target, port));
    if (forbidden) {
      this.hit("permission taken away");
      throw new PortError("refused", "Was refused: HTTP 403, 10000 Authentication error.");
    }
  }

  private checkDown(port: Port, now: number): void {
    const down = this.now("down", now).find(({ target }) => hits(target, port));
    if (!down) return;
    this.hit(`${down.target} down, ${down.how}`);
    if (down.how === "silent") throw new Silence();
    const said =
      down.how === "error" ? "Failed for now: HTTP 503." : "Did not reach Cloudflare (ECONNREFUSED).";
    throw new PortError("unavailable", said);
  }

  /** By how much an answer is late. */
  slownessMs(port: Port, now: number): number {
    const slow = this.now("slow", now).find(({ target }) => hits(target, port));
    if (slow) this.hit(`slow ${slow.target}`);
    return slow?.ms ?? 0;
  }

  /** How old a read is that is answered now. */
  staleMs(now: number, random: () => number): number {
    const stale = this.now("staleReads", now).find(({ chance }) => random() < chance);
    if (stale) this.hit("stale read");
    return stale?.lagMs ?? 0;
  }

  /** How long a deployment that is made now is not readable. */
  hiddenMs(now: number): number {
    const [late] = this.now("lateToShow", now);
    if (late) this.hit("deployment shows late");
    return late?.ms ?? 0;
  }

  badWrite(nth: number): Of<"badWrite"> | undefined {
    const bad = this.all("badWrite").find((piece) => piece.nth === nth);
    if (bad) this.hit(`write ${bad.how}`);
    return bad;
  }

  badRead(nth: number): Of<"badRead"> | undefined {
    const bad = this.all("badRead").find((piece) => piece.nth === nth);
    if (bad) this.hit(`read ${bad.how}`);
    return bad;
  }

  private now<Kind extends "down" | "rateLimit" | "forbidden" | "staleReads" | "lateToShow" | "slow">(
    kind: Kind,
    now: number,
  ): Of<Kind>[] {
    return this.all(kind).filter((piece) => isDuring(piece, now - this.start));
  }
}

export function isDuring({ from, to }: Span, elapsed: number): boolean {
  return from <= elapsed && elapsed < to;
}

/** True when a fault of `target` meets calls of `port`. */
export function hits(target: Target, port: Port): boolean {
  const isTelemetry = port === "telemetry" || port === "readiness";
  switch (target) {
    case "everything":
      return true;
    case "deployments":
      return !isTelemetry;
    case "reads":
      return port === "active" || port === "deployable";
    case "writes":
      return port === "create";
    case "telemetry":
      return isTelemetry;
  }
}
