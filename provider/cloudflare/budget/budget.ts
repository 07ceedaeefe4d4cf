import { formatDuration } from "../../plan/duration";
import { PortError, type Clock, type Urgency } from "../../rollout/ports";
import { Allowance } from "./allowance";
import { divide, everyMs, type Demand, type Division } from "./division";
import { Queue } from "./queue";

/** What releases share that use one token: how many requests there may be, and how often each of them may look. */
export interface Budget {
  /**
   * Resolves when a request may be sent.
   *
   * @param what begins a sentence: `Reading the deployments of Worker "checkout"`
   * @throws PortError with the time to wait, when Cloudflare has ordered all of the token's requests to wait
   */
  turn(urgency: Urgency, what: string): Promise<void>;
  /** Learns from the answer to a request that was sent at `sentAt`, by the budget's clock. */
  answered(status: number, headers: Headers, sentAt: number): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves when those who look at the same time have asked as well. */
  gathered(): Promise<void>;
  /** One query has taken so many requests, for so many Workers, and will come again. */
  cost(query: string, requests: number, workers: number, wishedMs: number): void;
}

/** Requests by nobody else, and without a limit: each goes at once. */
export const unlimited: Budget = {
  turn: () => Promise.resolve(),
  answered: () => undefined,
  now: () => Date.now(),
  gathered: () => Promise.resolve(),
  cost: () => undefined,
};

/** How long to wait for others who look at the same time: what their timers differ by. */
const gatherMs = 100;
/** Who has not looked for so long is gone, and so is a query that was not asked; or for three of its intervals. */
const goneAfterMs = 60_000;

interface Query extends Demand {
  readonly workers: number;
  readonly at: number;
}

/** A release that looks. */
export interface Looker {
  wishedMs: number;
  at: number;
  /** Somebody else seems to have deployed its Worker, since this time. */
  suspectedAt: number;
}

/** The budget of one token in one process. */
export class SharedBudget implements Budget {
  private readonly allowance: Allowance;
  private readonly queue: Queue;
  private readonly queries = new Map<string, Query>();
  private readonly lookers = new Set<Looker>();
  private divided: { readonly at: number; readonly division: Division } | undefined;

  constructor(
    private readonly clock: Clock,
    random: () => number,
  ) {
    this.allowance = new Allowance(random);
    const gate = {
      freeAt: (urgency: Urgency) => this.freeAt(urgency),
      take: (urgency: Urgency) => {
        this.allowance.take(urgency, this.now(), this.division().otherPerMs);
      },
    };
    this.queue = new Queue(gate, clock);
  }

  now(): number {
    return this.clock.now();
  }

  async turn(urgency: Urgency, what: string): Promise<void> {
    this.refuseIfOrdered(urgency, what);
    await this.queue.turn(urgency);
  }

  answered(status: number, headers: Headers, sentAt: number): void {
    this.allowance.answered(status, headers, sentAt, this.now());
    this.queue.advance();
  }

  gathered(): Promise<void> {
    return this.lookers.size > 1 ? this.clock.sleep(gatherMs) : Promise.resolve();
  }

  cost(query: string, requests: number, workers: number, wishedMs: number): void {
    const known = this.queries.get(query);
    const now = this.now();
    // One Worker that looks apart from the others says nothing about what they take together.
    if (known && workers < known.workers / 2 && now - known.at < this.goneAfterMs(wishedMs)) return;
    this.queries.set(query, { requests, workers, wishedMs, at: now });
  }

  /** A release looks, or is about to. */
  join(looker: Looker): void {
    this.lookers.add(looker);
  }

  /** How often a release may look that wishes to every `wishedMs`, in milliseconds. */
  lookEveryMs(wishedMs: number): number {
    return everyMs(wishedMs, this.division().telemetryFloorMs);
  }

  /** How often it may read its deployments besides. */
  deploymentsEveryMs(wishedMs: number): number {
    return everyMs(this.lookEveryMs(wishedMs), this.division().deploymentsFloorMs);
  }

  /** Whether a request that can also come later would go at once. */
  hasRoom(urgency: Urgency): boolean {
    const now = this.now();
    return this.allowance.orderedMs(urgency, now) === 0 && this.freeAt(urgency) <= now;
  }

  private freeAt(urgency: Urgency): number {
    return this.allowance.freeAt(urgency, this.now(), this.division().otherPerMs);
  }

  private refuseIfOrdered(urgency: Urgency, what: string): void {
    const waitMs = this.allowance.orderedMs(urgency, this.now());
    if (waitMs === 0) return;
    throw new PortError(
      "unavailable",
      `${what} has to wait for ${formatDuration(Math.ceil(waitMs / 1000) * 1000)}: Cloudflare has refused a request of this ` +
        "process, and with it all that uses the same token (HTTP 429). The API allows 1200 requests in 5 minutes for all that " +
        "uses the token's account. Give whatever else uses the token one of its own.",
      waitMs,
    );
  }

  /** Made anew now and then: what the releases wish changes slowly. */
  private division(): Division {
    const now = this.now();
    if (this.divided === undefined || now - this.divided.at >= 1000) {
      this.divided = { at: now, division: this.divide(now) };
    }
    return this.divided.division;
  }

  private divide(now: number): Division {
    for (const [key, { wishedMs, at }] of this.queries) {
      if (now - at > this.goneAfterMs(wishedMs)) this.queries.delete(key);
    }
    for (const looker of this.lookers) {
      if (now - looker.at > this.goneAfterMs(looker.wishedMs)) this.lookers.delete(looker);
    }
    return divide(this.allowance.limit(now), this.allowance.windowMs, {
      telemetry: [...this.queries.values()],
      releases: [...this.lookers].map(({ wishedMs }) => wishedMs),
      telemetrySent: this.allowance.telemetrySent(now),
    });
  }

  private goneAfterMs(wishedMs: number): number {
    const floor = this.divided?.division.telemetryFloorMs ?? 0;
    return Math.max(goneAfterMs, 3 * everyMs(wishedMs, floor));
  }
}
