import type { Command } from "commander";
import { overview } from "../rollout/overview";
import { deploymentsOf, workerCommand, type WorkerOptions } from "./worker";

/** `workers-release status <script>` */
export function statusCommand(): Command {
  return workerCommand(
    "status",
    "Shows the split of a Worker's traffic and how its release is doing.",
  ).action(async (scriptName: string, options: WorkerOptions) => {
    const active = await deploymentsOf(scriptName, options).active();
    console.log(overview(scriptName, active, Date.now()));
  });
}
