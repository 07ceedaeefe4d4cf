import { Command } from "commander";
import colors from "picocolors";
import { openApi, type Api } from "../cloudflare/checks/api";
import { testWorkerName } from "../cloudflare/checks/trial/name";
import { confirm } from "./confirm";
import { documentOf } from "./doctor/document";
import { examine, type Diagnosis } from "./doctor/run";
import { summaryOf, tally } from "./doctor/summary";
import { adviceOf, tableOf, widthFor } from "./doctor/table";
import { timeUntil } from "./doctor/time";
import { withTestWorker } from "./doctor/withTestWorker";
import { accessOf, scriptNameOf, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly script?: string;
  readonly withTestWorker?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Requests of the API, of the 1200 in 5 minutes that all users of a token share. */
const budget = { reading: 200, testWorker: 400 };

/** `workers-release doctor` */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Checks before the first release whether Cloudflare does what this package counts on.")
    .option(
      "--script <name>",
      "the Worker to be released; its settings are checked, its telemetry is looked at",
      scriptNameOf,
    )
    .option("--with-test-worker", "tries more on a Worker that is created for it and deleted again")
    .option("--yes", "creates the test Worker without asking")
    .option("--json", "prints a document without anything private, to attach to a bug report")
    .option("--account-id <id>", "the account (default: CLOUDFLARE_ACCOUNT_ID)")
    .addHelpText("after", whatItDoes)
    .action(runDoctor);
}

const whatItDoes = `
Without --with-test-worker it only reads: it asks for settings, deployments and
versions, and sends telemetry queries about the Worker's invocations of the last
hour. Without --script those of the busiest Worker are looked at.

  ✓  as this package assumes, or different in a way that does no harm
  ✗  not as assumed: a release would suffer from it
  ?  could not be told, or depends on your Worker

It ends with 0 when nothing is ✗, with 1 otherwise. It makes at most ${budget.reading} requests
of the API, ${budget.testWorker} with a test Worker.

Environment:
  CLOUDFLARE_API_TOKEN   an API token with Workers Scripts Read and Workers
                         Observability Read; for a test Worker Workers Scripts Write;
                         Account Analytics Read if metrics are to be tried
  CLOUDFLARE_ACCOUNT_ID  the account
  CLOUDFLARE_BASE_URL    an API at another address than Cloudflare's, such as a local edge`;

async function runDoctor(options: Options): Promise<void> {
  const { connection, accountId } = accessOf(options);
  const name = options.withTestWorker ? testWorkerName() : undefined;
  if (name !== undefined && !options.yes && !(await confirm(intentionOf(name)))) {
    console.error("Nothing was done.");
    return;
  }
  const stop = new AbortController();
  const most = name === undefined ? budget.reading : budget.testWorker;
  const api = openApi(connection, { accountId, budget: most, signal: stop.signal });
  const work = (): Promise<Diagnosis> => examineWith(api, options, name, stop.signal);
  try {
    const diagnosis =
      name === undefined ? await work() : await withTestWorker({ connection, accountId, name }, stop, work);
    if (diagnosis === undefined) return;
    report(diagnosis, api, options, [connection.apiToken, accountId, options.script ?? "", name ?? ""]);
  } finally {
    // What a check has given up may still be on its way.
    stop.abort();
  }
}

function intentionOf(name: string): string {
  return (
    `The doctor is going to create the Worker ${name}\n` +
    "in the account. Anybody who knows its name can call it on workers.dev. The doctor\n" +
    "uploads 2 versions of it, makes about 12 deployments of it, sends it at most 700\n" +
    "requests, and deletes it. It changes nothing else in the account. It takes 1 to\n" +
    "10 minutes."
  );
}

async function examineWith(
  api: Api,
  { script, json }: Options,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const shown = process.stderr.isTTY && !json;
  const show = (text: string): void => {
    if (shown) process.stderr.write(`\r\x1b[K${colors.dim(text.slice(0, 78))}`);
  };
  try {
    const time = timeUntil(signal);
    return await examine({ api, time, scriptName: script, testWorkerName: name, signal, onQuestion: show });
  } finally {
    show("");
  }
}

function report(diagnosis: Diagnosis, api: Api, { json }: Options, values: readonly string[]): void {
  if (json) {
    console.log(documentOf(diagnosis, api.meter, { baseUrl: api.baseUrl, values }));
  } else {
    const { entries } = diagnosis;
    const width = widthFor(process.stdout.columns);
    const parts = [tableOf(entries, width), adviceOf(entries, width), summaryOf(diagnosis, api.meter)];
    console.log(parts.filter((part) => part !== "").join("\n\n"));
  }
  if (tally(diagnosis).fails > 0) process.exitCode = 1;
}
