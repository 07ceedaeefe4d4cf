import type { Baseline } from "../../health/past";
import type { Counts } from "../../health/series";
import type { Objective } from "../../plan/plan";
import { goesBack, type Cause } from "../cause";
import { silence } from "../look/source";
import { mayBeBlindMs, type Situation } from "./situation";

/** An SLO is violated: of several one that sends the traffic back comes first. */
export function violation({ release, assessment, observation: { baselines } }: Situation): Cause | undefined {
  const causes = assessment.flatMap(({ slo, verdict }, index): Cause[] => {
    if (!verdict.violated || slo.observeOnly) return [];
    const left = release.isWayBack && leftShown(slo, baselines?.[index]);
    return [{ kind: "violated", slo, verdict, ...(left && { left }) }];
  });
  return causes.find((cause) => goesBack(cause, release)) ?? causes[0];
}

const hourMs = 3_600_000;

/** What the old version has shown of an SLO in the hour before; undefined where latencies are compared as a whole. */
function leftShown({ sli }: Objective, baseline: Baseline | undefined): Counts | undefined {
  if (sli.kind === "slower" || baseline === undefined) return undefined;
  const { valid, bad } = baseline.perMs;
  return { valid: valid * hourMs, bad: bad * hourMs };
}

/** The telemetry or the deployments have been silent for longer than the plan allows. */
export function blindness(situation: Situation): Cause | undefined {
  const { observation, now } = situation;
  const [longest] = (["telemetry", "deployments"] as const)
    .map((what) => ({ what, trouble: observation[what].trouble, ...silence(observation[what], now) }))
    .sort((a, b) => b.ms - a.ms);
  if (longest === undefined || longest.ms <= mayBeBlindMs(situation)) return undefined;
  const { what, ms: forMs, orderedMs, trouble } = longest;
  return { kind: "blind", what, forMs, orderedMs, trouble };
}
