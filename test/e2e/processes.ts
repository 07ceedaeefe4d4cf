import { readdirSync, readFileSync } from "node:fs";
import { until } from "../edge/support";

/**
 * The processes that were started for a folder: its name is in their environment, which they hand on to whatever they
 * start. Empty where the system does not tell.
 *
 * @param command what must be in their command line
 */
export function processesOf(folder: string, command = ""): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => read(pid, "environ").includes(folder) && read(pid, "cmdline").includes(command))
    .map(Number);
}

function read(pid: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // Gone meanwhile, or somebody else's.
    return "";
  }
}

/** Ends whatever was started for a folder and still runs. */
export async function endProcessesOf(folder: string): Promise<void> {
  await until(`the end of the processes of ${folder}`, () => {
    const left = processesOf(folder);
    for (const pid of left) end(pid);
    return left.length === 0 ? true : undefined;
  });
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
