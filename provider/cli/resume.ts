import type { Command } from "commander";
import { resume } from "../rollout/operator";
import { giveAtOnce, type ByOptions } from "./order";
import { say } from "./say";
import { operator, workerCommand } from "./worker";

/** `workers-release resume <script>` */
export function resumeCommand(): Command {
  return workerCommand("resume", "Lets a release go on that somebody holds.")
    .option("--by <name>", "who resumes it, for the record", operator())
    .action(async (scriptName: string, options: ByOptions) => {
      const done = await giveAtOnce(scriptName, options, (active) => resume(scriptName, active, options.by));
      say(done.sentence);
    });
}
