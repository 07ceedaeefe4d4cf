import type { Command } from "commander";
import { hold } from "../rollout/operator";
import { giveAtOnce, type ByOptions } from "./order";
import { say } from "./say";
import { operator, workerCommand } from "./worker";

/** `workers-release hold <script>` */
export function holdCommand(): Command {
  return workerCommand(
    "hold",
    "Holds a release in its stage: it is watched and reverted as before, and goes on when it is resumed.",
  )
    .option("--by <name>", "who holds it, for the record", operator())
    .action(async (scriptName: string, options: ByOptions) => {
      const done = await giveAtOnce(scriptName, options, (active) => hold(scriptName, active, options.by));
      say(done.sentence);
    });
}
