import { csvTrace } from "../../backtest/file/csv";
import { jsonTrace } from "../../backtest/file/json";
import { traceIn } from "../../backtest/file/trace";
import { readingOf, slisAsked, traceFromTelemetry } from "../../backtest/fromTelemetry";
import type { Trace } from "../../backtest/trace";
import { budgetFor } from "../../cloudflare/budget/budgets";
import { cloudflareClient } from "../../cloudflare/client";
import { cloudflarePast } from "../../cloudflare/deployments";
import { cloudflareTelemetry } from "../../cloudflare/telemetry";
import { partsFor, recipesOf } from "../../cloudflare/telemetryParts";
import { guardedFetch } from "../../cloudflare/transport";
import type { Plan } from "../../plan/plan";
import { systemClock } from "../../pulumi/clock";
import { PortError, type Telemetry } from "../../rollout/ports";
import { patiently } from "../../rollout/patiently";
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

/** Telemetry that is younger may still be arriving. */
const arrivesWithinMs = 120_000;
/** Comparing latencies can take more requests than are planned for: not more than this. */
const mostRequests = 480;
/** A slow query is answered with an error now and then. */
const tries = 3;
const pauseMs = 2000;

/** Reads the telemetry of a Worker for some days, with what the environment says. `onProgress` is told what it does. */
export async function readWorker(
  scriptName: string,
  options: WorkerOptions & { readonly days: number },
  plan: Plan,
  onProgress: (line: string) => void,
): Promise<Read> {
  const { connection, accountId } = accessOf(options);
  let requests = 0;
  const counting: typeof fetch = (input, init) => {
    requests += 1;
    return guardedFetch(input, init);
  };
  const client = cloudflareClient(connection, {
    budget: budgetFor(connection, systemClock),
    fetch: counting,
  });
  const worker = { accountId, scriptName };
  const deployments = await cloudflarePast(client, worker).recent();
  const telemetry = cloudflareTelemetry(client, worker, { leaveOutProbes: plan.probes.length > 0 });
  const { blindBecause } = await telemetry.readiness(slisAsked(plan));
  if (blindBecause !== undefined) throw new Error(blindBecause);

  const to = systemClock.now() - arrivesWithinMs;
  const queries = partsFor(recipesOf(slisAsked(plan))).length;
  const reading = readingOf(plan, deployments, { from: to - options.days * 86_400_000, to, queries });
  const trace = await traceFromTelemetry(plan, steady(telemetry, onProgress), reading, (read) => {
    if (requests > mostRequests) throw new Error(tooMany);
    onProgress(`reading telemetry, ${read} of ${reading.pieces} parts, ${requests} requests so far`);
  });
  if (trace === undefined) throw new Error(nothingServed(scriptName, options.days));
  const source = `Worker ${scriptName}, by ${requests} requests of the API,`;
  return { trace, source, requests, missing: [] };
}

const tooMany = `Reading the telemetry would take more than ${mostRequests} requests of the API, of the 1200 in 5 minutes that all users of the token share. Ask for fewer --days.`;

function nothingServed(scriptName: string, days: number): string {
  return (
    `The telemetry of Worker "${scriptName}" has no request of the last ${days} days. ` +
    "Cloudflare keeps it for 3 days (Free) or 7 (Paid), if observability is on. Give one's own data with --trace."
  );
}

/** The same telemetry, asked again where it fails in passing. */
function steady(telemetry: Telemetry, onProgress: (line: string) => void): Telemetry {
  const progress = { status: onProgress, event: onProgress };
  const interruption = new AbortController().signal;
  return {
    ...telemetry,
    async read(query) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await patiently(() => telemetry.read(query), { clock: systemClock, interruption, progress });
        } catch (error) {
          const mayPass = error instanceof PortError && error.failure === "unavailable";
          if (!mayPass || attempt === tries) throw error;
          await systemClock.sleep(attempt * pauseMs);
        }
      }
    },
  };
}
