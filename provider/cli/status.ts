import type { Command } from "commander";
import { lastEnding, overview } from "../rollout/operator";
import { say } from "./say";
import { deploymentsOf, workerCommand, type WorkerOptions } from "./worker";

/** `workers-release status <script>` */
export function statusCommand(): Command {
  return workerCommand("status", "Shows the split of a Worker's traffic and how its release is doing.")
    .addHelpText("after", exitCodes)
    .action(async (scriptName: string, options: WorkerOptions) => {
      const active = await deploymentsOf(scriptName, options).active();
      say(overview(scriptName, active, Date.now()));
      process.exitCode = exitCodeFor(lastEnding(active));
    });
}

const exitCodes = `
Exit code:
  0  a release is under way or complete, or the Worker has none
  1  it could not be found out
  2  the last release was aborted: its version was found bad
  3  the last release was inconclusive: its version is released again by the next \`pulumi up\``;

/** Pulumi has one exit code for every failure; this tells the endings apart. */
function exitCodeFor(ending: ReturnType<typeof lastEnding>): number {
  if (ending === "aborted") return 2;
  return ending === "inconclusive" ? 3 : 0;
}
