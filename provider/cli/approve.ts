import type { Command } from "commander";
import { approve } from "../rollout/operator";
import { give, type OrderOptions } from "./order";
import { say } from "./say";
import { operator, orderCommand } from "./worker";

/** `workers-release approve <script>` */
export function approveCommand(): Command {
  return orderCommand(
    "approve",
    "Lets a release go on that waits after a manual stage: deploys the next split.",
  )
    .option("--by <name>", "who approves, for the record", operator())
    .action(async (scriptName: string, options: OrderOptions) => {
      const done = await give(scriptName, options, (active) =>
        approve(scriptName, active, options.by, Date.now()),
      );
      if (!done) return;
      say(
        `${done.sentence}\n` +
          "The `pulumi up` that waited goes on from here. If it no longer runs, start it: nobody else watches the new version.",
      );
    });
}
