import type { Verdict } from "./guard";
import type { Instance } from "./instance";
import type { Instances } from "./instances";

type End = Extract<Verdict, { kind: "end" }>;

/** How often the processes are looked at. It is also how late an end may come. */
const LOOK_EVERY_MS = 100;

/** How long a version may go unused before its process ends, until it is used again. */
const UNUSED_MS = 10 * 60_000;

/** Keeps versions to their limits. It takes Linux, where the system tells what a process uses. */
export class Watchdog {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly instances: Instances,
    unusedMs: number = UNUSED_MS,
  ) {
    this.timer = setInterval(() => {
      this.look();
      instances.endUnused(unusedMs);
      instances.dismissIdle();
    }, LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The signs of life that have arrived by the time of a reading are heard of only after this turn. */
  private look(): void {
    const readings = this.instances.all
      .filter((instance) => !instance.isIdle)
      .map((instance) => ({ instance, cpuMs: instance.cpu.read() }));
    setImmediate(() => {
      for (const { instance, cpuMs } of readings) this.judge(instance, instance.guard.look(cpuMs));
    });
  }

  private judge(instance: Instance, verdict: Verdict): void {
    switch (verdict.kind) {
      case "fine":
        return;
      case "replace":
        this.instances.replace(instance);
        return;
      case "end":
        spareAllBut(verdict, instance);
        this.instances.end(instance);
        return;
    }
    verdict satisfies never;
  }
}

/** A process is ended on account of one of its invocations. The others may be sent again, to another process. */
function spareAllBut({ culprit, excess }: End, { invocations }: Instance): void {
  for (const invocation of invocations.unfinished) {
    invocation.isSpared = invocation !== culprit?.invocation;
  }
  if (culprit === undefined) return;
  const { invocation, cpuTimeMs } = culprit;
  invocation.excess = excess;
  invocation.cpuTimeMs = Math.max(invocation.cpuTimeMs, cpuTimeMs);
}
