import type { Story } from "../simulate";

/** A rule that was broken, and how. */
export interface Violation {
  readonly invariant: string;
  /** Milliseconds since the begin of the simulation. */
  readonly at: number;
  readonly text: string;
}

/** Counts what is checked and collects what is broken. */
export class Checks {
  readonly counts = new Map<string, number>();
  readonly violations: Violation[] = [];

  constructor(private readonly start: number) {}

  /** @param at milliseconds since the epoch */
  that(invariant: string, isKept: boolean, at: number, text: () => string): void {
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (!isKept) this.violations.push({ invariant, at: at - this.start, text: text() });
  }
}

/** Checks one kind of rule on a whole story. */
export type Invariant = (story: Story, checks: Checks) => void;
