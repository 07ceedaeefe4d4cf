import type { Command } from "commander";
import { abort } from "../rollout/operator";
import { revertedSentence } from "../rollout/text/endingText";
import { afterAbort } from "../rollout/text/causeText";
import { give, type OrderOptions } from "./order";
import { say } from "./say";
import { operator, orderCommand } from "./worker";

interface Options extends OrderOptions {
  readonly reason?: string;
}

/** `workers-release abort <script>` */
export function abortCommand(): Command {
  return orderCommand("abort", "Aborts the release that is under way: all traffic back to the old version.")
    .option("--reason <text>", "why; `pulumi up` fails with it")
    .option("--by <name>", "who aborts, for the record", operator())
    .action(async (scriptName: string, options: Options) => {
      const done = await give(scriptName, options, (active) =>
        abort(scriptName, active, options.by, options.reason),
      );
      if (done) say(`${done.sentence} ${revertedSentence(done.record)}\n${afterAbort}`);
    });
}
