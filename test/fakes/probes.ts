import type { ProbeResult } from "../../provider/health/probes";
import type { PlanProbe } from "../../provider/plan/plan";
import type { ProbeReport, Probes } from "../../provider/rollout/ports";
import type { VirtualClock } from "./clock";

/** Probes that are answered at once. */
export class FakeProbes implements Probes {
  /** Whether a probe sent at a time, in milliseconds since the clock was made, is answered well; undefined: not by the new version. */
  answersWell: (elapsedMs: number) => boolean | undefined = () => true;
  /** Whether a probe that is not answered well is answered at all. */
  areAnswered = false;
  private results: ProbeResult[] = [];
  private readonly lastAt = new Map<PlanProbe, number>();

  constructor(private readonly clock: VirtualClock) {}

  async observe(_versionId: string, probes: readonly PlanProbe[], since: number): Promise<ProbeReport> {
    this.results = this.results.filter((result) => result.sentAt >= since);
    const sentAt = this.clock.now();
    const troubles: string[] = [];
    for (const probe of probes) {
      if (sentAt - (this.lastAt.get(probe) ?? -Infinity) < probe.everyMs) continue;
      this.lastAt.set(probe, sentAt);
      const isGood = this.answersWell(this.clock.elapsed());
      if (isGood === undefined) troubles.push("probe answered by another version");
      else this.results.push({ sentAt, isGood, isAnswered: isGood || this.areAnswered });
    }
    return Promise.resolve({ results: [...this.results], troubles });
  }
}
