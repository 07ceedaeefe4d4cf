import type { Plan } from "../plan/plan";
import { telemetrySlis } from "../rollout/look/series";
import { partsFor, recipesOf } from "./telemetryParts";

/** What a release asks before it moves anything: deployments, settings, versions, and how telemetry is. */
const atStart = 10;
/** How often a release asks which versions can still be deployed. */
const versionsEveryMs = 300_000;
/** Each write reads the deployments before and after. */
const perWrite = 3;

/**
 * About how many requests to Cloudflare's API a release makes by itself in `ms` milliseconds. More where few requests
 * come to the Worker, since answers are checked then; less beside other releases with the same token.
 */
export function requestsOf(plan: Plan, ms: number): number {
  const queries = partsFor(recipesOf(telemetrySlis(plan))).length;
  const attributions = plan.probes.some(({ versionHeader }) => versionHeader === undefined) ? 1 : 0;
  const looks = Math.ceil(ms / plan.pollIntervalMs);
  const waits = plan.stages.filter(({ progression }) => progression === "manual").length;
  const writes = plan.stages.length + waits + 1;
  return (
    atStart +
    queries +
    looks * (1 + queries + attributions) +
    writes * perWrite +
    Math.floor(ms / versionsEveryMs)
  );
}
