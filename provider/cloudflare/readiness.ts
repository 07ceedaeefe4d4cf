import { setTimeout as pause } from "node:timers/promises";
import type Cloudflare from "cloudflare";
import type { Sli } from "../health/sli";
import { unlessFault, type Readiness, type Urgency } from "../rollout/ports";
import type { AskTelemetry } from "./checks/api";
import { checkAtStart, lookBeforeRelease, type StartFindings } from "./checks/atStart";
import { judgeObjects, readBindings } from "./checks/worker/objects";
import type { WorkerName } from "./client";
import { sharedBy } from "./shared";

/** What is known before a release, and what it has to count by. */
export interface Ready extends Readiness {
  /** Whether calls of named entrypoints can be left out of what visitors ask. */
  readonly leaveOutHops: boolean;
}

/**
 * Finds out, by queries over the last hour, whether a release with these SLIs would see what it has to judge. A query
 * that fails leaves its question open.
 */
export async function readinessOf(
  client: Cloudflare,
  worker: WorkerName,
  askTelemetry: AskTelemetry,
  slis: readonly Sli[],
  urgency: Urgency,
): Promise<Ready> {
  const { scriptName } = worker;
  const wait = (ms: number): Promise<void> => pause(ms);
  const look = lookBeforeRelease({ ask: askTelemetry, scriptName, pause: wait }, Date.now());
  const { findings } = sharedBy(client, worker.accountId);
  const [found, aboutObjects] = await Promise.all([
    findings.get(
      kindOf(slis),
      () => Date.now(),
      () => checkAtStart(look, slis),
      keepMs,
    ),
    // A release under way has been warned.
    urgency === "start" ? objectWarnings(client, worker) : [],
  ]);
  return { ...found, warnings: [...found.warnings, ...aboutObjects] };
}

/** What the API does changes with its releases, not from one Worker of an account to the next. */
const toldForMs = 3_600_000;
/** Where one Worker has too little traffic to tell, the next may have more. */
const untoldForMs = 60_000;

function keepMs({ blindBecause, warnings, leaveOutHops }: StartFindings): number {
  const isTelling = leaveOutHops || blindBecause !== undefined || warnings.length > 0;
  return isTelling ? toldForMs : untoldForMs;
}

/** The checks are the same for all plans with the same latency SLIs. */
function kindOf(slis: readonly Sli[]): string {
  return ["wallTime", "cpuTime"].filter((kind) => slis.some((sli) => sli.kind === kind)).join(" ");
}

/** A warning is not worth a failure: what cannot be read is not warned of. */
async function objectWarnings(client: Cloudflare, worker: WorkerName): Promise<readonly string[]> {
  const bindings = await readBindings(client, worker).catch(unlessFault(undefined));
  if (bindings === undefined) return [];
  const finding = judgeObjects(worker.scriptName, bindings);
  return finding.verdict === "holds"
    ? []
    : [`Worker "${worker.scriptName}" has Durable Objects. ${finding.advice}`];
}
