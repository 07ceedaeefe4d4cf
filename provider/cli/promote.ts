import type { Command } from "commander";
import { promote } from "../rollout/operator";
import { systemClock } from "../pulumi/clock";
import { give, type OrderOptions } from "./order";
import { say } from "./say";
import { operator, orderCommand } from "./worker";

/** `workers-release promote <script>` */
export function promoteCommand(): Command {
  return orderCommand(
    "promote",
    "Skips the stages that are left: all traffic to the new version, which the last stage watches.",
  )
    .option("--by <name>", "who promotes, for the record", operator())
    .action(async (scriptName: string, options: OrderOptions) => {
      const done = await give(
        scriptName,
        options,
        (active) => promote(scriptName, active, options.by, systemClock.now()),
        ({ sentence }) => sentence,
      );
      if (!done) return;
      say(
        `${done.sentence}\n` +
          "The release goes on from here and reverts as before. If what drives it no longer runs, start that: nobody else " +
          "watches the new version.",
      );
    });
}
