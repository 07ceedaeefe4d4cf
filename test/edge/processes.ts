import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The workerd processes that a process has started. */
export function workerdOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        return stat.includes("(workerd)") && stat.split(") ")[1]?.split(" ")[1] === String(parent);
      } catch {
        return false;
      }
    });
}

/** A zombie waits for whoever is its parent now; it is dead all the same. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
