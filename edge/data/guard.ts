import type { CpuClock } from "./cpu";
import { culpritAmong } from "./culprit";
import type { Invocation, Invocations } from "./invocations";
import type { Excess, Limits } from "./limits";
import { SLACK_MB } from "./memory";

/** What has to be done about a version's process. */
export type Verdict =
  | { readonly kind: "fine" }
  /** It gets no new requests: another process does. */
  | { readonly kind: "replace" }
  /** It is ended at once, on account of the culprit, if that can be told. */
  | { readonly kind: "end"; readonly excess: Excess; readonly culprit: Culprit | undefined };

/** An invocation, and the CPU time that is known to be its own. */
export interface Culprit {
  readonly invocation: Invocation;
  readonly cpuTimeMs: number;
}

/** What a guard sees of a process. */
export interface Guarded {
  readonly invocations: Invocations;
  readonly cpu: CpuClock;
  /** In megabytes; undefined where the system does not tell. */
  memoryMb(): number | undefined;
  /** Settles once the process has been free to handle something, or has ended. */
  ping(): Promise<void>;
  /** Those that the process has begun to read, so that it may be at work on them. */
  taken(among: readonly Invocation[]): Invocation[];
}

/** How much CPU a process must have used since the last look before it is asked for a sign of life. */
const BUSY_MS = 5;

const FINE: Verdict = { kind: "fine" };

/** Watches over the limits of one process. It must be asked to look again and again. */
export class Guard {
  private readonly baselineMb: number | undefined;
  private lastCpuMs: number;
  /** What the CPU clock showed when it was last alive, or was asked whether it is. */
  private aliveAtCpuMs: number;
  private isPinging = false;
  private only: Invocation | undefined;
  private countThen = 0;

  constructor(
    private readonly guarded: Guarded,
    private readonly limits: Limits,
  ) {
    this.baselineMb = guarded.memoryMb();
    this.lastCpuMs = this.aliveAtCpuMs = guarded.cpu.read();
  }

  /** To be told what the CPU clock showed. */
  look(cpuMs: number): Verdict {
    const memory = this.lookAtMemory();
    return memory.kind === "end" ? memory : (this.lookAtCpu(cpuMs) ?? memory);
  }

  /**
   * A turn of JavaScript that does not end keeps the process from anything else: it uses CPU and shows no life. All
   * that CPU belongs to one request. CPU that was used in many turns belongs to a request for certain only if there
   * was no other.
   */
  private lookAtCpu(now: number): Verdict | undefined {
    const { invocations } = this.guarded;
    const used = now - this.lastCpuMs;
    this.lastCpuMs = now;
    if (invocations.tookLife()) this.aliveAtCpuMs = now;
    if (used > BUSY_MS && !this.isPinging) this.askForLife(now);
    const spender = this.chargeOnly(used);
    if (spender) return { kind: "end", excess: "exceededCpu", culprit: spender };
    const inThisTurn = now - this.aliveAtCpuMs;
    if (!this.isPinging || inThisTurn < this.limits.cpuMs) return undefined;
    return { kind: "end", excess: "exceededCpu", culprit: this.culpritOfTurn(inThisTurn) };
  }

  private lookAtMemory(): Verdict {
    const now = this.guarded.memoryMb();
    if (now === undefined || this.baselineMb === undefined) return FINE;
    const held = now - this.baselineMb - SLACK_MB;
    if (held > 2 * this.limits.memoryMb) {
      return { kind: "end", excess: "exceededMemory", culprit: this.culpritAmong(this.taken, 0) };
    }
    return held > this.limits.memoryMb ? { kind: "replace" } : FINE;
  }

  /**
   * workerd reads several requests before it begins with the first of them, so of those that have come since the last
   * sign of life nobody can tell which one does not end. Those that can go again do so, one after the other; where one
   * cannot, it has to fail anyway, and is taken for the culprit.
   */
  private culpritOfTurn(cpuTimeMs: number): Culprit | undefined {
    const { taken } = this;
    const recent = this.guarded.invocations.recent.filter((invocation) => taken.includes(invocation));
    if (recent.length === 0) return this.culpritAmong(taken, cpuTimeMs);
    const lost = recent.length === 1 ? recent : recent.filter((invocation) => !canGoAgain(invocation));
    return this.culpritAmong(lost, cpuTimeMs);
  }

  private culpritAmong(suspects: readonly Invocation[], cpuTimeMs: number): Culprit | undefined {
    const { running } = this.guarded.invocations;
    const invocation = culpritAmong(suspects, (suspect) => !running.has(suspect) && !suspect.canceled);
    return invocation && { invocation, cpuTimeMs };
  }

  private get taken(): Invocation[] {
    return this.guarded.taken(this.guarded.invocations.unfinished);
  }

  private askForLife(now: number): void {
    this.isPinging = true;
    this.aliveAtCpuMs = now;
    const { invocations } = this.guarded;
    const { count } = invocations;
    void this.guarded.ping().then(() => {
      this.isPinging = false;
      invocations.wasFreeAfter(count);
      this.aliveAtCpuMs = this.guarded.cpu.read();
    });
  }

  /** Charges the one invocation there is, if it has been the only one since the last look. */
  private chargeOnly(usedMs: number): Culprit | undefined {
    const { unfinished, count } = this.guarded.invocations;
    const only = unfinished.length === 1 ? unfinished[0] : undefined;
    const wasAlone = only !== undefined && only === this.only && count === this.countThen;
    this.only = only;
    this.countThen = count;
    if (!wasAlone || only.isWebSocket) return undefined;
    only.aloneCpuTimeMs += usedMs;
    if (only.aloneCpuTimeMs < this.limits.cpuMs) return undefined;
    return { invocation: only, cpuTimeMs: only.aloneCpuTimeMs };
  }
}

/** Whether another process can handle it as if nothing had been; one that nobody waits for need not be handled. */
function canGoAgain({ canceled, isRepeatable, status, attempt }: Invocation): boolean {
  return canceled || (isRepeatable && status === undefined && attempt === 0);
}
