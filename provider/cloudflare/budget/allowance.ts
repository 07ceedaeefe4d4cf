import type { Urgency } from "../../rollout/ports";
import { retryAfterMs } from "../refusal";
import { policyAfter, remainingIn, usualPolicy, type Policy } from "./policy";

/** The part of the limit that routine requests may take; the rest is for reverts, writes and everybody else. */
const usualShare = 0.75;
/** What is left to a process however often it was refused. */
const leastShare = 0.05;
/**
 * After a refusal others are there: half of the share. It comes back slowly, and near the share that was refused slower
 * still, since a refusal blocks for a whole window (additive increase, multiplicative decrease: shares of several processes
 * become equal).
 */
const afterRefusal = 0.5;
const growthPerWindow = 0.01;
const nearRefused = 0.6;
const slowGrowthPerWindow = 0.002;

/** So much may be taken beyond the routine's limit, as a part of it: for writes above all. */
const beyond = 2 / 15;
/** Reverts may take all but what the time between two clocks can hide. */
const forReverts = 0.95;

/** How far requests may run ahead of their rate, as parts of the routine's limit. */
const burst: Readonly<Record<Exclude<Urgency, "revert" | "telemetry">, number>> = {
  write: 0.2 + beyond,
  look: 0.15,
  start: 0.1,
};

/** While everything is refused, one revert in so long a time finds out whether it still is. */
const scoutMs = 10_000;
/** Processes that were refused together do not come back together. */
const jitter = 0.05;

/**
 * How many requests one token may still make, as far as one process can know: by its own count, by the headers of the
 * answers, and by refusals. It counts in a sliding window, which is right for a limit in fixed windows too. All times are
 * in milliseconds since the epoch.
 */
export class Allowance {
  private policy: Policy = usualPolicy;
  private readonly sent: number[] = [];
  private readonly telemetry: number[] = [];
  private learned = { share: usualShare, refused: Infinity, at: -Infinity };
  private blockedUntil = -Infinity;
  private refusedAt = -Infinity;
  private left = { requests: Infinity, until: -Infinity };
  /** When the requests besides telemetry would be through if they kept to their rate. */
  private otherUntil = -Infinity;

  constructor(private readonly random: () => number) {}

  /** How long a window of the limit is. */
  get windowMs(): number {
    return this.policy.windowMs;
  }

  /** How many routine requests this process may make in a window. */
  limit(now: number): number {
    return Math.max(1, Math.floor(this.policy.requests * this.shareAt(now)));
  }

  /** How many requests the telemetry took in the last window. */
  telemetrySent(now: number): number {
    forget(this.telemetry, now - this.windowMs);
    return this.telemetry.length;
  }

  /** How long the service has ordered to wait, in milliseconds; 0 when it has not. A revert may try all the same. */
  orderedMs(urgency: Urgency, now: number): number {
    const until = urgency === "revert" ? -Infinity : this.blockedUntil;
    return Math.max(0, until - now);
  }

  /** When a request may be sent: `now`, or later. */
  freeAt(urgency: Urgency, now: number, otherPerMs: number): number {
    return Math.max(
      now,
      urgency === "revert" && now < this.blockedUntil ? this.refusedAt + scoutMs : now,
      this.freeInWindow(urgency, now),
      this.freeByHeader(urgency, now),
      this.freeAtRate(urgency, now, otherPerMs),
    );
  }

  /** Counts a request that is sent now. */
  take(urgency: Urgency, now: number, otherPerMs: number): void {
    this.sent.push(now);
    this.left.requests -= 1;
    if (urgency === "telemetry") this.telemetry.push(now);
    else this.otherUntil = Math.max(this.otherUntil, now) + 1 / otherPerMs;
    // One revert at a time, until it is answered.
    if (urgency === "revert")
      this.refusedAt = Math.max(this.refusedAt, this.isBlocked(now) ? now : -Infinity);
  }

  /** Learns from the answer to a request that was sent at `sentAt`. */
  answered(status: number, headers: Headers, sentAt: number, now: number): void {
    this.policy = policyAfter(headers, this.policy);
    const remaining = remainingIn(headers, this.policy);
    if (remaining) this.left = { requests: remaining.requests, until: now + remaining.forMs };
    if (status === 429) this.refused(retryAfterMs(status, headers, now) ?? this.windowMs, now);
    else if (sentAt >= this.refusedAt) this.blockedUntil = Math.min(this.blockedUntil, now);
  }

  private shareAt(now: number): number {
    const { share, refused, at } = this.learned;
    if (at === -Infinity) return share;
    const windows = (now - at) / this.windowMs;
    const quick = Math.max(0, nearRefused * refused - share) / growthPerWindow;
    const grown =
      growthPerWindow * Math.min(windows, quick) + slowGrowthPerWindow * Math.max(0, windows - quick);
    return Math.min(usualShare, share + grown);
  }

  private refused(waitMs: number, now: number): void {
    this.refusedAt = now;
    // Those which were on their way when the first was refused say nothing new.
    if (!this.isBlocked(now)) {
      const refused = this.shareAt(now);
      this.learned = { share: Math.max(leastShare, refused * afterRefusal), refused, at: now };
    }
    this.blockedUntil = Math.max(this.blockedUntil, Math.ceil(now + waitMs * (1 + jitter * this.random())));
  }

  private isBlocked(now: number): boolean {
    return now < this.blockedUntil;
  }

  private most(urgency: Urgency, now: number): number {
    const { requests } = this.policy;
    if (urgency === "revert") return Math.max(1, Math.floor(forReverts * requests));
    return Math.floor(this.limit(now) * (1 + beyond));
  }

  private freeInWindow(urgency: Urgency, now: number): number {
    forget(this.sent, now - this.windowMs);
    const last = this.sent[this.sent.length - this.most(urgency, now)];
    return last === undefined ? now : last + this.windowMs;
  }

  /** Where the service counts down, it also counts what others send. */
  private freeByHeader(urgency: Urgency, now: number): number {
    const { requests, until } = this.left;
    if (now >= until) return now;
    return requests > this.policy.requests - this.most(urgency, now) ? now : until;
  }

  /** Leaky bucket (GCRA): what is more urgent may run further ahead. */
  private freeAtRate(urgency: Urgency, now: number, otherPerMs: number): number {
    if (urgency === "revert" || urgency === "telemetry") return now;
    const ahead = burst[urgency] * this.limit(now);
    return this.otherUntil - Math.max(0, ahead - 1) / otherPerMs;
  }
}

/** Drops the times up to `until`; they are in order. */
function forget(times: number[], until: number): void {
  const kept = times.findIndex((time) => time > until);
  times.splice(0, kept === -1 ? times.length : kept);
}
