import { InvalidArgumentError, type Command } from "commander";
import { cloudflareClient } from "../cloudflare/client";
import { cloudflarePast } from "../cloudflare/deployments";
import { systemClock } from "../pulumi/clock";
import { readHistory } from "../view/history";
import { historyText } from "./history/text";
import { accessOf, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly limit: number;
  readonly json?: boolean;
}

/** `workers-release history <script>` */
export function historyCommand(): Command {
  return workerCommand("history", "Shows what was deployed to a Worker: its past releases, newest first.")
    .option("-n, --limit <number>", "at most so many releases", limitOf, 10)
    .option("--json", "as JSON")
    .addHelpText("after", moreHelp)
    .action(async (scriptName: string, options: Options) => {
      const { connection, accountId } = accessOf(options);
      const past = cloudflarePast(cloudflareClient(connection), { accountId, scriptName });
      const history = await readHistory(scriptName, options.limit, past, systemClock);
      console.log(
        options.json ? JSON.stringify(history, undefined, 2) : historyText(history, process.stdout.columns),
      );
    });
}

const moreHelp = `
Cloudflare lists the ten newest deployments. Each release names the one before it, so older releases are found as well,
for one request each; older deployments that no release made are not.`;

function limitOf(given: string): number {
  const limit = Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new InvalidArgumentError("Expected a whole number from 1 to 100.");
}
