import { readFileSync } from "node:fs";
import type { Workerd } from "./workerd";

/**
 * What a process that holds nothing may come to need all the same, in megabytes: V8 collects late, and neither it nor
 * the allocator gives back at once. Measured: requests that drop 20 MB each keep 170 MB.
 */
export const SLACK_MB = 128;

const LOOK_EVERY_MS = 100;

/** How much memory a process holds, in megabytes; undefined where the system does not tell (any but Linux). */
export function memoryOf(pid: number | undefined): number | undefined {
  try {
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "latin1"))?.[1];
    return resident === undefined ? undefined : Number(resident) / 1024;
  } catch {
    return undefined;
  }
}

/** Whether a process holds more than `mostMb` megabytes beyond the `baselineMb` that it began with. */
export function holdsMore(pid: number | undefined, baselineMb: number, mostMb: number): boolean {
  return (memoryOf(pid) ?? 0) - baselineMb - SLACK_MB > mostMb;
}

/** Ends a process that comes to hold more than `mostMb` megabytes. */
export function endAbove(mostMb: number, workerd: Workerd): void {
  const baselineMb = memoryOf(workerd.pid) ?? 0;
  const timer = setInterval(() => {
    if (holdsMore(workerd.pid, baselineMb, mostMb)) workerd.kill();
  }, LOOK_EVERY_MS).unref();
  workerd.onceEnded(() => {
    clearInterval(timer);
  });
}
