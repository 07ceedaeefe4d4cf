import type { Port, When } from "../scenario/scenario";
import { hits, isDuring } from "../world/faults";
import { Moments } from "../world/moments";
import type { Done, Failure, Fault, Piece } from "./scenario";

/** What becomes of one call. */
export interface Treatment {
  /** How much later the answer comes. */
  readonly slowMs: number;
  /** How the answer fails; undefined when it does not. */
  readonly failure: Failure | undefined;
  /** Whether, and when, what was asked is done all the same. */
  readonly done: Done;
  readonly laterMs: number;
  /** What a list of deployments shows: nothing, or how old it is. */
  readonly view: "empty" | { readonly lagMs: number } | undefined;
}

const asUsual: Treatment = { slowMs: 0, failure: undefined, done: "before", laterMs: 0, view: undefined };

type Of<Kind extends Fault["kind"]> = Extract<Piece, { kind: Kind }>;

/** The faults of a scenario, at work until they are called off. */
export class Script {
  /** How often each fault has hit, and each person has acted. */
  readonly hits = new Map<string, number>();
  private readonly moments = new Moments((ms, act) => setTimeout(act, ms));
  private readonly atBegin: (() => void)[] = [];
  /** When the first request came, in milliseconds since the epoch. */
  private begunAt: number | undefined;
  private isOver = false;

  constructor(private readonly pieces: readonly Piece[]) {}

  /** From now on nothing goes wrong any more, and nobody acts. */
  end(): void {
    this.isOver = true;
  }

  /** Lets somebody act when their time comes, unless the script has ended by then. */
  on(when: When, act: () => void): void {
    const unlessOver = (): void => {
      if (!this.isOver) act();
    };
    if ("port" in when) this.moments.on(when, unlessOver);
    else this.atBegin.push(() => setTimeout(unlessOver, when.at));
  }

  /** Counts a call of a release. */
  next(port: Port): number {
    return this.moments.next(port);
  }

  /** Tells those who wait for a moment of a call. */
  pass(port: Port, nth: number | undefined, moment: Extract<When, { port: Port }>["moment"]): void {
    if (nth !== undefined) this.moments.pass(port, nth, moment);
  }

  hit(name: string): void {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
  }

  /** What becomes of the `nth` call of a port, counted from 1. What is no release's call is not counted, and has no number. */
  treat(port: Port, nth: number | undefined): Treatment {
    this.begin();
    if (this.isOver) return asUsual;
    const slow = this.now("slow").find(({ target }) => hits(target, port));
    if (slow) this.hit(`slow ${slow.target}`);
    return { ...asUsual, ...this.fault(port, nth), slowMs: slow?.ms ?? 0 };
  }

  private begin(): void {
    if (this.begunAt !== undefined) return;
    this.begunAt = Date.now();
    for (const begin of this.atBegin) begin();
  }

  private fault(port: Port, nth: number | undefined): Partial<Treatment> {
    const failing = this.now("failing").find(({ target }) => hits(target, port));
    if (failing) {
      this.hit(`${failing.target} failing: ${failing.how}`);
      return { failure: failing.how, done: doneBy(port, failing.how) };
    }
    if (port === "create") return this.badWrite(nth);
    if (port !== "active") return {};
    return this.badRead(nth) ?? this.stale();
  }

  private badWrite(nth: number | undefined): Partial<Treatment> {
    const bad = this.all("badWrite").find((piece) => piece.nth === nth);
    if (!bad) return {};
    this.hit(`write ${bad.how}, done ${bad.done}`);
    return { failure: bad.how, done: bad.done, laterMs: bad.ms };
  }

  private badRead(nth: number | undefined): Partial<Treatment> | undefined {
    const bad = this.all("badRead").find((piece) => piece.nth === nth);
    if (!bad) return undefined;
    this.hit(`read ${bad.how}`);
    return bad.how === "empty" ? { view: "empty" } : { failure: bad.how, done: doneBy("active", bad.how) };
  }

  private stale(): Partial<Treatment> {
    const [stale] = this.now("staleReads");
    if (!stale) return {};
    this.hit("stale read");
    return { view: { lagMs: stale.lagMs } };
  }

  private all<Kind extends Fault["kind"]>(kind: Kind): Of<Kind>[] {
    return this.pieces.filter((piece): piece is Of<Kind> => piece.kind === kind);
  }

  private now<Kind extends "failing" | "slow" | "staleReads">(kind: Kind): Of<Kind>[] {
    const elapsed = Date.now() - (this.begunAt ?? Infinity);
    return this.all(kind).filter((piece) => isDuring(piece, elapsed));
  }
}

/** Of a question half of the true answer may come; a write that is not done has none. */
function doneBy(port: Port, how: Failure): Done {
  return how === "cut" && port !== "create" ? "before" : "never";
}
