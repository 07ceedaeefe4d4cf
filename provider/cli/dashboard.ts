import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import { dashboard } from "../dashboard/app";
import { accountPorts } from "./dashboard/account";
import { reach } from "./dashboard/access";
import { Backtests } from "./dashboard/backtests";
import { dashboardFiles } from "./dashboard/files";
import { knownPlans } from "./dashboard/knownPlans";
import { planFolder } from "./dashboard/planFolder";
import { Runs } from "./dashboard/runs";
import { listenOnLoopback } from "./dashboard/server";
import { untilStopped } from "./run/signals";
import { say, remark } from "./say";
import { accessOf, environmentHelp, operator, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly port: number;
  readonly by: string;
  readonly plans: string;
}

/** `workers-release dashboard` */
export function dashboardCommand(): Command {
  return new Command("dashboard")
    .description(
      "Serves a page for all releases of an account on this machine, until it is stopped with Ctrl-C.",
    )
    .option("--account-id <id>", "the account (default: CLOUDFLARE_ACCOUNT_ID)")
    .option("--port <number>", "the port to listen on, on loopback only; 0 for a free one", port, 8788)
    .option("--by <name>", "who gives the orders, for the record", operator())
    .option("--plans <folder>", "where the plan files are", "plans")
    .addHelpText("after", environmentHelp)
    .action(runDashboard);
}

function stoppingText(count: number): string {
  return count === 1
    ? "Asked to stop: the release that was started here ends first, as its plan says (onInterrupt)…"
    : `Asked to stop: the ${count} releases that were started here end first, as their plans say (onInterrupt)…`;
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

async function runDashboard({ by, port, plans: folder, ...options }: Options): Promise<void> {
  const { connection, accountId } = accessOf(options);
  const server = await listenOnLoopback(port);
  const key = randomBytes(24).toString("base64url");
  const plans = planFolder(folder);
  const access = reach(connection, accountId);
  const known = knownPlans(plans);
  const backtests = new Backtests(accountId);
  const runs = new Runs(access);
  const ports = {
    ...accountPorts(access, known, runs, by),
    plans,
    backtest: async (scriptName: string, name: string, args: Readonly<Record<string, string>>) =>
      backtests.of(scriptName, await known.named(name, args)),
  };
  server.serve(dashboard({ ports, access: { key, origins: server.origins }, files: dashboardFiles() }));
  say(`${server.origins[0] ?? ""}/?key=${key}`);
  remark(
    "Whoever has this address can approve, hold, promote and abort releases of the account as long as this command runs. Ctrl-C ends it.",
  );
  const stopping = (): void => {
    if (runs.count > 0) remark(stoppingText(runs.count));
  };
  await untilStopped(
    async (interruption) => {
      if (!interruption.aborted) await once(interruption, "abort");
      await server.close();
      for (const { scriptName, line } of await runs.stop()) remark(`${scriptName}: ${line}`);
    },
    stopping,
    process,
  );
}
