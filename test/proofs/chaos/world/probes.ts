import type { ProbeResult } from "../../../../provider/health/probes";
import type { Probes } from "../../../../provider/rollout/ports";
import { Random } from "../random";
import type { Scenario } from "../scenario/scenario";
import type { Scheduler } from "../scheduler";
import type { Cloud } from "./cloud";

/** Probes that reach the new version while it is deployed, if only at 0 %. */
export function simulatedProbes(
  cloud: Cloud,
  scenario: Scenario,
  scheduler: Scheduler,
  start: number,
): Probes {
  const results: ProbeResult[] = [];
  const lastAt = new Map<unknown, number>();
  return {
    async observe(versionId, probes) {
      const now = scheduler.now;
      const troubles: string[] = [];
      for (const probe of probes) {
        if (now - (lastAt.get(probe) ?? -Infinity) < probe.everyMs) continue;
        lastAt.set(probe, now);
        const isDeployed =
          cloud.active?.deployment.split.some((share) => share.versionId === versionId) ?? false;
        const { bad } = scenario.traffic;
        const isBad = bad && bad.from <= now - start && now - start < bad.to;
        const fails = isBad && new Random(`${scenario.seed} probe ${now}`).chance(bad.share);
        if (isDeployed) results.push({ sentAt: now, isGood: !fails });
        else troubles.push("probe answered by another version");
      }
      return Promise.resolve({ results: [...results], troubles });
    },
  };
}
