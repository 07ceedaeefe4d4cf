import type { Command } from "commander";
import { approve } from "../rollout/operator";
import { systemClock } from "../pulumi/clock";
import { carryOut } from "./carryOut";
import { deploymentsOf, operator, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly by: string;
}

/** `workers-release approve <script>` */
export function approveCommand(): Command {
  return workerCommand(
    "approve",
    "Lets a release go on that waits after a manual stage: deploys the next split.",
  )
    .option("--by <name>", "who approves, for the record", operator())
    .action(async (scriptName: string, options: Options) => {
      const { sentence } = await carryOut(
        deploymentsOf(scriptName, options),
        (active) => approve(scriptName, active, options.by),
        systemClock,
      );
      console.log(
        `${sentence}\n` +
          "The `pulumi up` that waited goes on from here. If it no longer runs, start it: nobody else watches the new version.",
      );
    });
}
