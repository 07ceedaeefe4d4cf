import { readFileSync } from "node:fs";

/** How much memory a process holds, in megabytes; undefined where the system does not tell (any but Linux). */
export function memoryOf(pid: number | undefined): number | undefined {
  try {
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "latin1"))?.[1];
    return resident === undefined ? undefined : Number(resident) / 1024;
  } catch {
    return undefined;
  }
}
