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

/** True for an end after which Pulumi may have saved nothing. */
export function isViolent({ how }: Death): boolean {
  return how !== "ctrlC" && how !== "sigterm";
}

/**
 * Stops `pulumi up`.
 *
 * @param folder the one of its stack, by which its processes are found
 */
export async function stop(
  { how, gapMs }: Death,
  { process: cli, ended }: Running,
  folder: string,
): Promise<void> {
  switch (how) {
    case "ctrlC":
      cli.kill("SIGINT");
      return;
    case "ctrlCTwice":
      cli.kill("SIGINT");
      await sleep(gapMs);
      cli.kill("SIGINT");
      return;
    case "sigterm":
      cli.kill("SIGTERM");
      return;
    case "actions":
      for (const [signal, ms] of ladder) {
        cli.kill(signal);
        await Promise.race([sleep(ms), ended]);
        if (cli.exitCode !== null || cli.signalCode !== null) return;
      }
      return;
    case "killCli":
      cli.kill("SIGKILL");
      return;
    case "killProvider":
      killAll(processesOf(folder, "dynamic-provider"));
      return;
    case "killAll":
      killAll(processesOf(folder));
      return;
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
