import type { ProbeResult } from "../../health/probes";
import type { PlanProbe } from "../../plan/plan";
import type { Clock, ProbeReport, Probes } from "../../rollout/ports";

/** Probes of a replay, all of which were sent in time. What becomes of them, telemetry does not tell. */
export class ReplayProbes implements Probes {
  constructor(
    private readonly clock: Clock,
    private readonly startedAt: number,
    private readonly isGood: (sentAt: number) => boolean,
  ) {}

  observe(_versionId: string, probes: readonly PlanProbe[], since: number): Promise<ProbeReport> {
    const results = probes.flatMap(({ everyMs }) => this.sent(everyMs, since));
    return Promise.resolve({ results, troubles: [] });
  }

  private sent(everyMs: number, since: number): readonly ProbeResult[] {
    const results: ProbeResult[] = [];
    const first = Math.max(0, Math.ceil((since - this.startedAt) / everyMs));
    for (let sentAt = this.startedAt + first * everyMs; sentAt <= this.clock.now(); sentAt += everyMs) {
      results.push({ sentAt, isGood: this.isGood(sentAt) });
    }
    return results;
  }
}
