import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "../../../e2e/processes";
import type { Running } from "../../../e2e/stack";
import type { Death } from "./scenario";

/** As GitHub Actions does when a job is cancelled. */
const ladder = [
  ["SIGINT", 7500],
  ["SIGTERM", 2500],
  ["SIGKILL", 0],
] as const;

const ctrlC = "\x03";

/** True where only a person in a terminal can do that. */
export function needsTerminal({ how }: Death): boolean {
  return /typed|terminal/.test(how);
}

/** True for an end after which Pulumi may have saved nothing. */
export function isViolent({ how }: Death): boolean {
  return !["typed ctrl-c", "SIGINT", "SIGTERM"].includes(how);
}

/**
 * Stops `pulumi up`.
 *
 * @param folder the one of its stack, by which its processes are found
 */
export async function stop({ how, gapMs }: Death, running: Running, folder: string): Promise<void> {
  // In a terminal this is `script`, which is the terminal.
  const { process: cli } = running;
  switch (how) {
    case "typed ctrl-c":
      cli.stdin?.write(ctrlC);
      return;
    case "typed ctrl-c twice":
      cli.stdin?.write(ctrlC);
      await sleep(gapMs);
      cli.stdin?.write(ctrlC);
      return;
    case "SIGINT":
    case "SIGTERM":
      cli.kill(how);
      return;
    case "SIGINT twice":
      cli.kill("SIGINT");
      await sleep(gapMs);
      cli.kill("SIGINT");
      return;
    case "ladder":
      return climb(running);
    case "terminal closed":
    case "kill -9 CLI":
      cli.kill("SIGKILL");
      return;
    case "kill -9 provider":
      killAll(processesOf(folder, "dynamic-provider"));
      return;
    case "kill -9 all":
      killAll(processesOf(folder));
      return;
  }
}

async function climb({ process: cli, ended }: Running): Promise<void> {
  for (const [signal, ms] of ladder) {
    cli.kill(signal);
    await Promise.race([sleep(ms), ended]);
    if (cli.exitCode !== null || cli.signalCode !== null) return;
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
