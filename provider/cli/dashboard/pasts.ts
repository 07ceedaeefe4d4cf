import { setTimeout as wait } from "node:timers/promises";
import { Kept, type Known } from "../../dashboard/kept";
import type { Past } from "../../dashboard/ports";
import type { Clock, PastDeployments } from "../../rollout/ports";
import { readHistory } from "../../view/history";
import type { HistoryView } from "../../view/schema";

/** What was deployed in the past changes with each deployment, which is seen by the look. */
const maxAgeMs = 60_000;
/** Each release that Cloudflare no longer lists costs a request: a page waits so long for all of them. */
const usualPatienceMs = 1000;

/** What was deployed to one Worker, in a short list and in a long one. */
export class Pasts {
  /** By how many releases it has at most. */
  private readonly kept = new Map<number, Kept<HistoryView>>();

  constructor(
    private readonly scriptName: string,
    private readonly deployed: PastDeployments,
    private readonly clock: Pick<Clock, "now">,
    private readonly patienceMs = usualPatienceMs,
  ) {}

  /** What is known after a moment: fewer releases as long as more of them are being read. */
  async of(most: number): Promise<Known<Past>> {
    const asked = this.keptOf(most);
    const later = wait(this.patienceMs, undefined, { ref: false }).then(() => asked.last);
    const { value, trouble } = await Promise.race([asked.fresh(maxAgeMs), later]);
    if (value !== undefined) return { value: { history: value, isReading: false }, trouble };
    if (trouble !== undefined) return { value: undefined, trouble };
    const others = [...this.kept.values()].map(({ last }) => last.value);
    return { value: { history: others.find((other) => other !== undefined), isReading: true }, trouble };
  }

  /** Something was deployed. */
  forget(): void {
    for (const past of this.kept.values()) past.forget();
  }

  private keptOf(most: number): Kept<HistoryView> {
    const read = () => readHistory(this.scriptName, most, this.deployed, this.clock);
    const past = this.kept.get(most) ?? new Kept(read, this.clock);
    this.kept.set(most, past);
    return past;
  }
}
