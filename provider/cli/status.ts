import type { Command } from "commander";
import colors from "picocolors";
import { viewOf } from "../view/view";
import type { WorkerView } from "../view/schema";
import { accountText } from "./status/account";
import { lookAround, lookAt } from "./status/look";
import { planFrom, type PlanOptions, withPlan } from "./planOptions";
import { jsonOutput, lineOutput, terminalOutput } from "./status/output";
import { statusText } from "./status/text";
import { watch, type Output } from "./status/watch";
import { accessOf, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions, PlanOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `workers-release status [script]` */
export function statusCommand(): Command {
  const command = workerCommand(
    "status",
    "Shows how a Worker's release is doing, from any machine; without a name, all releases under way.",
    "[script]",
  );
  return withPlan(command)
    .option("-w, --watch", "goes on showing it until the release has ended")
    .option("--json", "as JSON; with --watch a line for each look")
    .addHelpText("after", moreHelp)
    .action(async (scriptName: string | undefined, options: Options) => {
      if (scriptName === undefined) await showAccount(options);
      else process.exitCode = exitCodeFor(await showWorker(scriptName, options));
    });
}

const moreHelp = `
What is judged is known by the plan alone: give it as the release has it, and each SLO is judged here by the same rules.
Without it, status shows the stage, the split and what both versions have served.

Exit code:
  0  a release is under way or complete, or the Worker has none
  1  it could not be found out
  2  the last release was aborted: its version was found bad
  3  the last release was inconclusive: the same version may be released again`;

async function showAccount(options: Options): Promise<void> {
  if (options.watch || options.plan !== undefined || options.stack !== undefined) {
    throw new Error(
      "--watch, --plan and --stack are about one Worker: name it, as in workers-release status checkout.",
    );
  }
  const views = (await lookAround(accessOf(options))).map((sight) => viewOf(sight));
  console.log(options.json ? JSON.stringify(views, undefined, 2) : accountText(views));
}

async function showWorker(scriptName: string, options: Options): Promise<WorkerView> {
  const plan = planFrom(options, scriptName);
  const { look, clock } = lookAt(scriptName, plan, accessOf(options));
  if (!options.watch) {
    const view = viewOf(await look(undefined));
    console.log(
      options.json ? JSON.stringify(view, undefined, 2) : statusText(view, colors, process.stdout.columns),
    );
    return view;
  }
  const output = outputFor(options);
  const everyMs = Math.max(shortestMs, plan?.pollIntervalMs ?? 0);
  const showEveryMs = process.stdout.isTTY && !options.json ? 1000 : everyMs;
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    return await watch({ look, everyMs, showEveryMs, clock, stop: stop.signal }, output);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    output.end();
  }
}

/** A look costs as many requests as a look of the release itself, and the API has a limit for both together. */
const shortestMs = 10_000;

function outputFor({ json }: Options): Output {
  if (json) return jsonOutput(process.stdout, process.stderr);
  return process.stdout.isTTY ? terminalOutput(process.stdout, colors) : lineOutput(process.stdout);
}

/** Pulumi has one exit code for every failure; this tells the endings apart. */
function exitCodeFor({ release }: WorkerView): number {
  if (release?.phase === "aborted") return 2;
  return release?.phase === "inconclusive" ? 3 : 0;
}
