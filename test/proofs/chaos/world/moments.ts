import type { Port, When } from "../scenario/scenario";

type AtCall = Extract<When, { port: Port }>;

/** Lets people act around the calls of runs. */
export class Moments {
  private readonly counts = new Map<Port, number>();
  private readonly waiting: { readonly when: AtCall; readonly act: () => void }[] = [];

  constructor(private readonly after: (ms: number, act: () => void) => void) {}

  on(when: AtCall, act: () => void): void {
    this.waiting.push({ when, act });
  }

  /** Counts a call that is about to be sent. */
  next(port: Port): number {
    const nth = (this.counts.get(port) ?? 0) + 1;
    this.counts.set(port, nth);
    return nth;
  }

  pass(port: Port, nth: number, moment: AtCall["moment"]): void {
    for (const { when, act } of this.waiting) {
      if (when.port !== port || when.nth !== nth || when.moment !== moment) continue;
      if (when.plusMs === 0) act();
      else this.after(when.plusMs, act);
    }
  }
}
