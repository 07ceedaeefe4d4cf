import { setImmediate as nextTurn } from "node:timers/promises";
import { backtest, TooShort } from "../backtest/backtest";
import { previewLines } from "../backtest/previewLines";
import type { Connection, WorkerName } from "../cloudflare/client";
import { arrivesWithinMs, queriesOf, readPast } from "../host/pastTelemetry";
import { formatElapsed } from "../plan/duration";
import type { Plan } from "../plan/plan";
import type { Clock } from "../rollout/ports";
import { dateText } from "../rollout/text/words";
import { harmless } from "../shown";

/** What a backtest in a preview is about. */
export interface Asked {
  readonly worker: WorkerName;
  readonly plan: Plan;
}

/** What it needs. */
export interface Means {
  readonly clock: Clock;
  /** How to reach the API; undefined where there is no token, which a preview tells by itself. */
  connect(): Connection | undefined;
}

/** So long all backtests of one preview may take together: the engine asks about one resource after the other. */
export const mostMs = 60_000;

/** Enough for two lines: these take a few seconds of one core, ten where latencies are compared. */
const counts = { unchanged: 40, worse: 4 };
/** The same for every reader; also what the command draws from by default. */
const seed = 1;

/** A request of the API takes up to a second or two. */
const requests = { planned: 30, most: 60 };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The backtests of one preview, which is what one process of the provider sees. */
export class PreviewBacktests {
  private leftMs = mostMs;

  constructor(private readonly means: Means) {}

  /**
   * What the plan would have done, in the two lines of a preview; or in one why that is not known. It never fails, and
   * does not take longer than is left of {@link mostMs}. The same plan and telemetry give the same text: time ends with
   * the last full hour, and the releases are drawn from one seed.
   */
  async of(asked: Asked): Promise<string> {
    if (this.leftMs <= 0) return leftOut(`the others of this preview have taken ${formatElapsed(mostMs)}.`);
    const { clock } = this.means;
    const startedAt = clock.now();
    const isOver = new AbortController();
    const late = clock.sleep(this.leftMs, isOver.signal).then(() => {
      isOver.abort(new OutOfTime());
      throw new OutOfTime();
    });
    try {
      return await Promise.race([this.make(asked, isOver.signal), late]);
    } catch (error) {
      return leftOut(whyNot(error));
    } finally {
      this.leftMs -= clock.now() - startedAt;
      isOver.abort();
      late.catch(() => undefined);
    }
  }

  private async make({ worker, plan }: Asked, stop: AbortSignal): Promise<string> {
    const { clock } = this.means;
    const connection = this.means.connect();
    if (connection === undefined)
      throw new Error("Cloudflare cannot be asked from here, as the warning says.");
    const { from, to } = spanOf(plan, clock.now());
    const ignored = (): void => undefined;
    const { trace } = await readPast({
      ...{ connection, worker, plan, from, to, requests, clock, stop, onProgress: ignored },
    });
    if (trace === undefined)
      throw new Error(
        `the telemetry has no request of the ${formatElapsed(to - from)} before ${dateText(to)} at a time when one version is known to have had all traffic.`,
      );
    const onProgress = async (): Promise<void> => {
      // Without it nobody could stop this before it is over.
      await nextTurn();
      stop.throwIfAborted();
    };
    const tested = await backtest(plan, trace, { seed, most: counts, badness: [Infinity], onProgress });
    return previewLines(tested).join("\n");
  }
}

/** As many of the last seven days as can be read, up to the last full hour. An hour less is still kept while it is read. */
function spanOf(plan: Plan, now: number): { readonly from: number; readonly to: number } {
  const to = Math.floor((now - arrivesWithinMs) / hourMs) * hourMs;
  const days = Math.max(1, Math.min(7, Math.floor(requests.planned / queriesOf(plan))));
  return { from: to - days * dayMs + hourMs, to };
}

/** What a preview says where the Worker or the plan is an output of something else. */
export const unknownBacktest = leftOut("the Worker or its plan is known only during the update.");

class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

function leftOut(why: string): string {
  return `No backtest: ${harmless(why)} \`workers-release plan backtest\` tells more.`;
}

function whyNot(error: unknown): string {
  if (error instanceof OutOfTime) return `it was not done within ${formatElapsed(mostMs)}.`;
  if (error instanceof TooShort) {
    const [needed, known] = [error.neededMs, error.knownMs].map(formatElapsed);
    return `no release by this plan fits into what is known: it takes ${needed} in one piece, the hour before included, and ${known} is known.`;
  }
  return error instanceof Error ? error.message : String(error);
}
