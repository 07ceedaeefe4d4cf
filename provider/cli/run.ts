import { Command } from "commander";
import { dependenciesOf } from "../host/dependencies";
import { noticesTo, toldInTime } from "../notify";
import { systemClock } from "../pulumi/clock";
import { AbortedBefore, CannotStart } from "../rollout/cannotStart";
import type { Outcome, Status } from "../rollout/outcome";
import { PortError, type Notices } from "../rollout/ports";
import { run } from "../rollout/run";
import { withArgsOption, type GivenArgs } from "./plan/args";
import { readPlan } from "./planFile";
import { readNotify } from "./run/notifyFile";
import { terminalProgress } from "./run/progress";
import { requestFor } from "./run/request";
import { untilStopped } from "./run/signals";
import { inCommandWords } from "./run/words";
import { remark, say } from "./say";
import { accessOf, environmentHelp, scriptNameOf } from "./worker";

interface Options {
  readonly plan: string;
  readonly script: string;
  readonly version: string;
  readonly args?: GivenArgs;
  readonly retry?: string;
  readonly owner?: string;
  readonly takeOver?: string;
  readonly startAt?: string;
  readonly notify?: string;
  readonly accountId?: string;
  readonly json?: boolean;
}

/** `workers-release run` */
export function runCommand(): Command {
  const command = new Command("run")
    .description(
      "Releases a version of a Worker by a plan file: what the resource Release does, without Pulumi.",
    )
    .requiredOption("--plan <file>", "the plan")
    .requiredOption("--script <name>", "the name of the Worker", scriptNameOf)
    .requiredOption("--version <id>", "the version to release, uploaded and not deployed");
  return withArgsOption(command)
    .option("--retry <text>", "another value releases a version again that was aborted")
    .option(
      "--start-at <percent>",
      "begins in the first stage with at least that share: the fix of a broken version",
    )
    .option("--owner <name>", "who drives the release (default: this user on this machine)")
    .option(
      "--take-over <id>",
      "the active deployment, if somebody else's split or release may be taken over",
    )
    .option("--notify <file>", "who is told what happens: `notify` of a Release, in a YAML or JSON file")
    .option("--account-id <id>", "the account the Worker is in (default: CLOUDFLARE_ACCOUNT_ID)")
    .option("--json", "the outcome as JSON on standard output; what happens goes to standard error")
    .addHelpText("after", moreHelp + environmentHelp)
    .action(async (options: Options) => {
      process.exitCode = await release(options);
    });
}

const moreHelp = `
It runs until the release has ended, and is watched from anywhere: workers-release status. Ctrl-C and SIGTERM put the
traffic back, or leave it as it is, as the plan says (onInterrupt). A run goes on with what an earlier one of the same
owner has left half way; give CI an --owner of its own, such as its repository, and let it run one at a time.

Addresses to notify are often secrets: write url: $(env.NAME) in the file of --notify, and set that variable.

Exit code:
  0  completed: the version serves all traffic
  1  wrong usage, or it could not start: nothing was moved
  2  aborted, now or before: the version was found bad, and all traffic is on the old one
  3  inconclusive: all traffic is back on the old version, for another reason
  4  could not be reverted: act now, as the message says
  5  refused: something speaks against the release, and nothing was moved
  6  left to others, or split as onInterrupt: hold wants it
`;

const exitCodes: Readonly<Record<Status, number>> = {
  completed: 0,
  aborted: 2,
  inconclusive: 3,
  revertFailed: 4,
  superseded: 6,
  interrupted: 6,
};

async function release(options: Options): Promise<number> {
  const { plan } = readPlan(options.plan, options.args);
  const targets = options.notify === undefined ? [] : readNotify(options.notify, process.env);
  const { connection, accountId } = accessOf(options);
  const { script: scriptName, version: versionId, retry, owner, takeOver, startAt } = options;
  const request = requestFor({ accountId, scriptName, versionId, plan, retry, owner, takeOver, startAt });
  const progress = terminalProgress(options.json ? process.stderr : process.stdout, systemClock);
  const host = { connection, worker: request, plan: request.plan, progress, clock: systemClock };
  const notices = noticesTo(targets, { clock: systemClock, progress });
  try {
    const outcome = await untilStopped(
      (interruption) =>
        toldInTime(
          run(request, { ...dependenciesOf({ ...host, interruption }), notices: inWordsOfCommands(notices) }),
          notices,
          interruption,
        ),
      () => {
        progress.event(stoppedText(request.plan.onInterrupt));
      },
      process,
    );
    progress.end();
    return tell(outcome, options);
  } catch (error) {
    progress.end();
    return refused(error);
  }
}

function inWordsOfCommands(notices: Notices): Notices {
  return {
    tell: (notice) => {
      notices.tell({ ...notice, text: inCommandWords(notice.text) });
    },
  };
}

function stoppedText(onInterrupt: "revert" | "hold"): string {
  return onInterrupt === "revert"
    ? "Asked to stop: the traffic goes back to the old version (onInterrupt: revert)."
    : "Asked to stop: the traffic stays as it is (onInterrupt: hold).";
}

function tell(outcome: Outcome, { json }: Options): number {
  if (json) console.log(JSON.stringify(outcome, undefined, 2));
  const text = inCommandWords(outcome.reason);
  if (json || outcome.status !== "completed") remark(text);
  else say(text);
  return exitCodes[outcome.status];
}

/** What came before anything was moved. */
function refused(error: unknown): number {
  if (!(error instanceof CannotStart || error instanceof PortError)) throw error;
  const isRefusal = error instanceof CannotStart;
  remark(inCommandWords(isRefusal ? error.message : `${error.message} The release did not start.`));
  if (error instanceof AbortedBefore) return exitCodes.aborted;
  return isRefusal ? 5 : 1;
}
