import { findingOf, tryCheck, type Check } from "../../cloudflare/checks/check";
import { holds, type Finding } from "../../cloudflare/checks/finding";
import { noTraffic } from "../../cloudflare/checks/telemetry/noTraffic";

/** A check, and what it has found. */
export interface Entry {
  readonly group: Group;
  readonly check: Named;
  readonly finding: Finding;
}

/** What a check is about. */
export type Group = "set-up" | "Worker" | "test Worker" | "telemetry";

/** A check as it is told of. */
export type Named = Pick<Check<never>, "id" | "question" | "assumes">;

/** The checks of one examination, as they are tried one after the other. Its methods throw when `signal` says so. */
export class Course {
  readonly entries: Entry[] = [];
  readonly notTried: Named[] = [];

  constructor(
    private readonly signal: AbortSignal,
    private readonly onQuestion: (question: string) => void,
  ) {}

  async tryAll<World>(group: Group, checks: readonly Check<World>[], world: World): Promise<void> {
    for (const check of checks) {
      this.next(check);
      const finding = await tryCheck(check, world);
      this.signal.throwIfAborted();
      this.entries.push({ group, check, finding });
    }
  }

  /** What other checks need, or undefined. `make` gives undefined for want of traffic. */
  async open<World>(
    group: Group,
    check: Named,
    make: () => Promise<World | undefined>,
  ): Promise<World | undefined> {
    this.next(check);
    try {
      const world = await make();
      this.entries.push({ group, check, finding: world === undefined ? noTraffic : holds("yes") });
      return world;
    } catch (error) {
      this.signal.throwIfAborted();
      this.entries.push({ group, check, finding: findingOf(error) });
      return undefined;
    }
  }

  leaveOut(checks: readonly Named[]): void {
    this.notTried.push(...checks);
  }

  readingOf({ id }: Named): string | undefined {
    return this.entries.find(({ check }) => check.id === id)?.finding.reading;
  }

  holds({ id }: Named): boolean {
    return this.entries.some(({ check, finding }) => check.id === id && finding.verdict === "holds");
  }

  private next({ question }: Named): void {
    this.signal.throwIfAborted();
    this.onQuestion(question);
  }
}
