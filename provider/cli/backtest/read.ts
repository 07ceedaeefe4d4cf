import { csvTrace } from "../../backtest/file/csv";
import { jsonTrace } from "../../backtest/file/json";
import { traceIn } from "../../backtest/file/trace";
import type { Trace } from "../../backtest/trace";
import { arrivesWithinMs, readPast, TooManyRequests } from "../../host/pastTelemetry";
import type { Plan } from "../../plan/plan";
import { systemClock } from "../../pulumi/clock";
import { accessOf, type WorkerOptions } from "../worker";
import { textIn } from "./file";

/** A trace, and where it is from. */
export interface Read {
  readonly trace: Trace;
  /** As the begin of a sentence, to be followed by a time. */
  readonly source: string;
  /** How many requests of the API it has cost; undefined where it was a file. */
  readonly requests?: number;
  /** The SLOs of which it tells nothing. */
  readonly missing: readonly string[];
}

/** Reads one's own trace. Throws an error that names the lines where something is wrong. */
export function readTrace(file: string, plan: Plan): Read {
  const text = textIn(file, "trace");
  const read = text.trimStart().startsWith("{") ? jsonTrace(text, file) : csvTrace(text, file);
  return { ...traceIn(read, plan, file), source: `Trace ${file},` };
}

/** Reads the telemetry of a Worker for some days, with what the environment says. `onProgress` is told what it does. */
export async function readWorker(
  scriptName: string,
  options: WorkerOptions & { readonly days: number },
  plan: Plan,
  onProgress: (line: string) => void,
): Promise<Read> {
  const { connection, accountId } = accessOf(options);
  const to = systemClock.now() - arrivesWithinMs;
  const from = to - options.days * 86_400_000;
  const worker = { accountId, scriptName };
  const { trace, requests } = await readPast({
    ...{ connection, worker, plan, from, to, clock: systemClock, onProgress },
  }).catch((error: unknown) => {
    if (!(error instanceof TooManyRequests)) throw error;
    throw new Error(`${error.message} Ask for fewer --days.`, { cause: error });
  });
  if (trace === undefined) throw new Error(nothingServed(scriptName, options.days));
  const source = `Worker ${scriptName}, by ${requests} requests of the API,`;
  return { trace, source, requests, missing: [] };
}

function nothingServed(scriptName: string, days: number): string {
  return (
    `The telemetry of Worker "${scriptName}" has no request of the last ${days} days at a time when one version is known to have had all traffic. ` +
    "Cloudflare keeps it for 3 days (Free) or 7 (Paid), if observability is on. Give your own data with --trace."
  );
}
