import { readingOf, slisAsked, traceFromTelemetry } from "../backtest/fromTelemetry";
import { servedSince } from "../backtest/served";
import type { Trace } from "../backtest/trace";
import { budgetFor } from "../cloudflare/budget/budgets";
import { cloudflareClient, type Connection, type WorkerName } from "../cloudflare/client";
import { cloudflarePast } from "../cloudflare/deployments";
import { partsFor, recipesOf } from "../cloudflare/telemetryParts";
import { guardedFetch } from "../cloudflare/transport";
import type { Plan } from "../plan/plan";
import { patiently } from "../rollout/patiently";
import { PortError, type Clock, type Telemetry } from "../rollout/ports";
import { telemetryFor } from "./dependencies";

/** What to read of a Worker's past, and where. */
export interface PastQuestion {
  readonly connection: Connection;
  readonly worker: WorkerName;
  readonly plan: Plan;
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** How many requests the telemetry may take by plan, and when it is given up. */
  readonly requests?: { readonly planned: number; readonly most: number };
  readonly clock: Clock;
  /** Stops the reading, the request that is on its way included. Default: nothing does. */
  readonly stop?: AbortSignal;
  /** Is told what is done at the moment. */
  readonly onProgress: (line: string) => void;
}

/** What a Worker has served. */
export interface Past {
  /** Undefined where the telemetry has nothing of all that time. */
  readonly trace: Trace | undefined;
  /** How many requests of the API it has cost. */
  readonly requests: number;
}

/** Telemetry that is younger, in milliseconds, may still be arriving. */
export const arrivesWithinMs = 120_000;

/** A tenth of what all users of a token share; comparing latencies can take more than was planned for, but not more than `most`. */
const usualRequests = { planned: 120, most: 480 };

/** A reading that would cost too much. */
export class TooManyRequests extends Error {
  override readonly name = "TooManyRequests";
  constructor(most: number) {
    super(
      `Reading the telemetry would take more than ${most} requests of the API, of the 1200 in 5 minutes that all users of the token share.`,
    );
  }
}

/**
 * Reads what a Worker has served, from its telemetry.
 *
 * @throws PortError, TooManyRequests, and an Error that says why telemetry is blind
 */
export async function readPast(question: PastQuestion): Promise<Past> {
  const { connection, worker, plan, from, to, requests: allowed = usualRequests, onProgress } = question;
  let requests = 0;
  const counting: typeof fetch = (input, init) => {
    requests += 1;
    return guardedFetch(input, stoppable(init, question.stop));
  };
  const budget = budgetFor(connection, question.clock);
  const client = cloudflareClient(connection, { budget, fetch: counting });
  const deployments = await servedSince(from, cloudflarePast(client, worker));
  const telemetry = telemetryFor(client, worker, plan);
  const { blindBecause } = await telemetry.readiness(slisAsked(plan));
  if (blindBecause !== undefined) throw new Error(blindBecause);

  const queries = queriesOf(plan);
  const reading = readingOf(plan, deployments, { from, to, queries, most: allowed.planned });
  const trace = await traceFromTelemetry(plan, steady(telemetry, question), reading, (read) => {
    question.stop?.throwIfAborted();
    if (requests > allowed.most) throw new TooManyRequests(allowed.most);
    onProgress(`reading telemetry, ${read} of ${reading.pieces} parts, ${requests} requests so far`);
  });
  return { trace, requests };
}

/** How many requests one reading of a plan's telemetry takes as a rule. */
export function queriesOf(plan: Plan): number {
  return partsFor(recipesOf(slisAsked(plan))).length;
}

function stoppable(init: RequestInit | undefined, stop: AbortSignal | undefined): RequestInit | undefined {
  if (stop === undefined) return init;
  const own = init?.signal;
  return { ...init, signal: own ? AbortSignal.any([own, stop]) : stop };
}

/** A slow query is answered with an error now and then. */
const tries = 3;
const pauseMs = 2000;

/** The same telemetry, asked again where it fails in passing. */
function steady(
  telemetry: Telemetry,
  { clock, stop, onProgress }: Pick<PastQuestion, "clock" | "stop" | "onProgress">,
): Telemetry {
  const progress = { status: onProgress, event: onProgress };
  const interruption = stop ?? new AbortController().signal;
  return {
    ...telemetry,
    async read(query) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await patiently(() => telemetry.read(query), { clock, interruption, progress });
        } catch (error) {
          const mayPass = error instanceof PortError && error.failure === "unavailable";
          if (!mayPass || attempt === tries || interruption.aborted) throw error;
          await clock.sleep(attempt * pauseMs, interruption);
        }
      }
    },
  };
}
