import { closeSync, openSync, readSync } from "node:fs";

/** How much CPU a process has used, in milliseconds. */
export interface CpuClock {
  read(): number;
  close(): void;
}

const NO_CLOCK: CpuClock = { read: () => 0, close: () => undefined };

/**
 * The CPU clock of a process's main thread, which is the one that runs JavaScript in workerd. Where the system has no
 * such thing (any but Linux) it stands at 0.
 */
export function openCpuClock(pid: number | undefined): CpuClock {
  if (pid === undefined) return NO_CLOCK;
  try {
    return schedulerClock(openSync(`/proc/${pid}/schedstat`, "r"));
  } catch {
    return NO_CLOCK;
  }
}

function schedulerClock(file: number): CpuClock {
  const line = Buffer.alloc(64);
  let last = 0;
  let isOpen = true;
  const read = (): number => {
    if (!isOpen) return last;
    try {
      const length = readSync(file, line, 0, line.length, 0);
      last = Number.parseInt(line.toString("latin1", 0, length), 10) / 1e6;
    } catch {
      // The process is gone; it uses no more.
    }
    return last;
  };
  return {
    read,
    close: () => {
      isOpen = false;
      closeSync(file);
    },
  };
}
