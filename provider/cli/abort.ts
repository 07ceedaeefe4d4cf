import type { Command } from "commander";
import { abort } from "../rollout/operator";
import { revertedSentence } from "../rollout/endingText";
import { afterAbort } from "../rollout/text";
import { systemClock } from "../pulumi/clock";
import { carryOut } from "./carryOut";
import { deploymentsOf, operator, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly by: string;
  readonly reason?: string;
}

/** `workers-release abort <script>` */
export function abortCommand(): Command {
  return workerCommand("abort", "Aborts the release that is under way: all traffic back to the old version.")
    .option("--reason <text>", "why; `pulumi up` fails with it")
    .option("--by <name>", "who aborts, for the record", operator())
    .action(async (scriptName: string, options: Options) => {
      const { sentence, record } = await carryOut(
        deploymentsOf(scriptName, options),
        (active) => abort(scriptName, active, options.by, options.reason),
        systemClock,
      );
      console.log(`${sentence} ${revertedSentence(record)}\n${afterAbort}`);
    });
}
