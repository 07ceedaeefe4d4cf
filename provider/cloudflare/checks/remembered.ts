import type { StartFindings } from "./atStart";

/** What the API does changes with its releases, not from one Worker of an account to the next. */
const toldForMs = 3_600_000;
/** Where one Worker has too little traffic to tell, the next may have more. */
const untoldForMs = 60_000;

interface Remembered {
  readonly findings: Promise<StartFindings>;
  until: number;
}

/** What the checks at the start of one release have found, for the others of the same account and process. */
export class RememberedFindings {
  private readonly byKind = new Map<string, Remembered>();

  /**
   * The findings of a kind: those made a while ago, those being made now, or new ones.
   *
   * @param now milliseconds since the epoch
   */
  async get(kind: string, now: () => number, find: () => Promise<StartFindings>): Promise<StartFindings> {
    const known = this.byKind.get(kind);
    if (known !== undefined && now() < known.until) return known.findings;
    const made: Remembered = { findings: find(), until: Infinity };
    this.byKind.set(kind, made);
    try {
      const findings = await made.findings;
      made.until = now() + (isTelling(findings) ? toldForMs : untoldForMs);
      return findings;
    } catch (error) {
      this.byKind.delete(kind);
      throw error;
    }
  }
}

function isTelling({ blindBecause, warnings, leaveOutHops }: StartFindings): boolean {
  return leaveOutHops || blindBecause !== undefined || warnings.length > 0;
}
