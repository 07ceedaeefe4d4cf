import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import colors from "picocolors";
import { backtest, TooShort, type ReplayProgress } from "../backtest/backtest";
import { documentOf } from "../backtest/document";
import { pageOf } from "../backtest/page";
import { formatElapsed } from "../plan/duration";
import { loadPlanFile } from "../plan/file/load";
import { planFiles } from "../planFiles";
import type { Plan } from "../plan/plan";
import { harmlessIn } from "../shown";
import { notesOn } from "./backtest/notes";
import { readTrace, readWorker, type Read } from "./backtest/read";
import { textOf } from "./backtest/text";
import { givenFrom, withArgsOption, type GivenArgs } from "./plan/args";
import { formats } from "./plan/formats";
import { remark, say } from "./say";
import { scriptNameOf, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly script?: string;
  readonly days: number;
  readonly trace?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly seed: number;
  readonly args: GivenArgs;
}

/** `workers-release plan backtest <file>` */
export function backtestCommand(): Command {
  const command = new Command("backtest")
    .description("Says what a plan would have done in the last days: replays what the old version served.")
    .argument("<file>", "a plan file, or a ready-made plan, such as pulumi-workers-release/standard")
    .option("--script <name>", "the Worker whose telemetry is read", scriptNameOf)
    .addOption(
      new Option("--days <number>", "how far back to read, up to 7 days")
        .argParser(daysOf)
        .default(7)
        .conflicts("trace"),
    )
    .option("--trace <file>", "reads your own data instead, in CSV or JSON")
    .option("--html <file>", "also writes a page with pictures")
    .option("--json", "prints a document for programs instead of text")
    .option("--seed <number>", "what the releases are drawn from: the same gives the same", seedOf, 1)
    .option("--account-id <id>", "the account (default: CLOUDFLARE_ACCOUNT_ID)")
    .addHelpText("after", whatItDoes);
  return withArgsOption(command).action(run);
}

const whatItDoes = `
It splits what the old version served between two versions, as each stage would
have, and judges that by the rules of a release: a version that is no different,
at up to 400 moments of those days, and worse ones from each stage on. Nothing is
deployed. It takes about a minute, and at most about 120 requests of the API for
the days' telemetry: of 7 days buckets of a minute or more are read.

docs/backtest.md says what the answers mean, and how --trace and --json look.

Environment, without --trace:
  CLOUDFLARE_API_TOKEN   an API token with Workers Scripts Read and Workers
                         Observability Read
  CLOUDFLARE_ACCOUNT_ID  the account
  CLOUDFLARE_BASE_URL    an API at another address than Cloudflare's, such as a local edge`;

function daysOf(text: string): number {
  const days = Number(text);
  if (text.trim() !== "" && days >= 0.1 && days <= 7) return days;
  throw new InvalidArgumentError(
    "Expected a number from 0.1 to 7: Cloudflare keeps telemetry for 7 days at most.",
  );
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d{1,15}$/.test(text)) return seed;
  throw new InvalidArgumentError("Expected a whole number from 0 on, of at most 15 digits.");
}

async function run(file: string, options: Options): Promise<void> {
  const plan = planIn(file, options.args);
  if (plan === undefined) return;
  const show = progressLine(options);
  try {
    const read = await readFor(options, plan, show);
    const all = await backtest(plan, read.trace, {
      seed: options.seed,
      onProgress: async (progress) => {
        show(progressText(progress));
        // Without it nobody could stop this before it is over.
        await nextTurn();
      },
    });
    show("");
    const { source, missing, requests } = read;
    // Of what is not told no limit can be.
    const tested = { ...all, limits: all.limits.filter(({ slo }) => !missing.includes(slo)) };
    const notes = notesOn(plan, tested, { missing, isTelemetry: options.trace === undefined });
    if (options.html !== undefined) {
      const of = options.script === undefined ? "" : ` on ${options.script}`;
      const title = `Backtest of ${basename(file)}${of}`;
      writeFileSync(options.html, pageOf({ title, source, notes, plan, trace: read.trace, tested }));
      remark(`The page is in ${options.html}.`);
    }
    if (options.json) {
      const { script } = options;
      const context = {
        plan: file,
        ...(script !== undefined && { script }),
        ...(requests !== undefined && { requests }),
        missing,
      };
      console.log(JSON.stringify(harmlessIn(documentOf(plan, tested, context)), undefined, 2));
    } else {
      say(textOf(plan, tested, { file, source, notes }));
    }
  } catch (error) {
    show("");
    if (error instanceof TooShort) throw new Error(tooShortText(error), { cause: error });
    throw error;
  }
}

/** The plan of a file; undefined where something is wrong with it, which is told. */
function planIn(path: string, args: GivenArgs): Plan | undefined {
  const { checked, problems, missing } = loadPlanFile(path, planFiles, givenFrom(args, "refuse"));
  if (checked !== undefined) return checked;
  remark(formats.text([{ file: planFiles.locate(path).name, problems, missing }]));
  process.exitCode = 1;
  return undefined;
}

function readFor(options: Options, plan: Plan, show: (line: string) => void): Promise<Read> | Read {
  if (options.trace !== undefined) return readTrace(options.trace, plan);
  if (options.script === undefined) {
    throw new Error("There is nothing to replay: name a Worker with --script, or a file with --trace.");
  }
  return readWorker(options.script, options, plan, show);
}

function progressText({ of, done, all }: ReplayProgress): string {
  const what = of === "unchanged" ? "an unchanged version" : "worse versions";
  return `replaying ${what}, ${done} of ${all} releases`;
}

function tooShortText({ knownMs, neededMs }: TooShort): string {
  return (
    `No release by this plan fits into the data: it takes ${formatElapsed(neededMs)} in one piece, the hour before included, ` +
    `and ${formatElapsed(knownMs)} is known. Give more days, your own data with --trace, or a shorter plan.`
  );
}

/** A line on a terminal that is always replaced; nothing elsewhere. */
function progressLine({ json }: Options): (line: string) => void {
  if (!process.stderr.isTTY || json) return () => undefined;
  return (line) => process.stderr.write(`\r\x1b[K${colors.dim(line.slice(0, 78))}`);
}
