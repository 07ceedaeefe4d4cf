import { setImmediate as nextTurn } from "node:timers/promises";
import { adviceOn } from "../../backtest/advice";
import { backtest, type ReplayProgress } from "../../backtest/backtest";
import { pageOf } from "../../backtest/page";
import type { Backtesting } from "../../dashboard/ports";
import { notesOn } from "../backtest/notes";
import { readWorker } from "../backtest/read";
import type { NamedPlan } from "./workerLook";

/** As long as Cloudflare keeps telemetry, at most. */
const days = 7;
/** So many results are kept. */
const most = 20;

/** What plans would have done: each is found out once, for all who look. */
export class Backtests {
  private readonly known = new Map<string, Backtesting>();

  constructor(private readonly accountId: string) {}

  /** How far it is. The first who asks begins it; a plan that was changed is another one. */
  of(scriptName: string, { name, plan }: Pick<NamedPlan, "name" | "plan">): Backtesting {
    const id = JSON.stringify([scriptName, name, plan]);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const begun: Backtesting = { state: "running", line: "reading telemetry" };
    this.known.set(id, begun);
    const [oldest] = this.known.keys();
    if (this.known.size > most && oldest !== undefined) this.known.delete(oldest);
    void this.make(scriptName, { name, plan }, (line) => this.known.set(id, { state: "running", line })).then(
      (made) => this.known.set(id, made),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        this.known.set(id, { state: "failed", why });
      },
    );
    return begun;
  }

  private async make(
    scriptName: string,
    { name, plan }: Pick<NamedPlan, "name" | "plan">,
    tell: (line: string) => void,
  ): Promise<Backtesting> {
    const { trace, source, missing } = await readWorker(
      scriptName,
      { accountId: this.accountId, days },
      plan,
      tell,
    );
    const tested = await backtest(plan, trace, {
      seed: 1,
      onProgress: async (progress) => {
        tell(progressText(progress));
        // Pages are served meanwhile.
        await nextTurn();
      },
    });
    const notes = notesOn(plan, tested, { missing, isTelemetry: true });
    const title = `Backtest of ${name} on ${scriptName}`;
    const page = pageOf({ title, source, notes, plan, trace, tested });
    return { state: "done", advice: adviceOn(plan, tested), page };
  }
}

function progressText({ of, done, all }: ReplayProgress): string {
  return `replaying ${of === "unchanged" ? "an unchanged version" : "worse versions"}, ${done} of ${all} releases`;
}
