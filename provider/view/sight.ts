import type { Series } from "../health/series";
import type { Sli } from "../health/sli";
import type { Plan } from "../plan/plan";
import { inTime } from "../rollout/look/asking";
import { readTelemetry } from "../rollout/look/health";
import { bucketStart, nothingObserved, type Observation } from "../rollout/look/observation";
import { answered, unanswered, type Source } from "../rollout/look/source";
import { isStale, type Clock, type Deployment, type Deployments } from "../rollout/ports";
import type { Probes, Telemetry, Witness } from "../rollout/ports";
import { isUnderWay, type ReleaseRecord } from "../rollout/record/record";
import { percentOf, samePercent, type Dependencies, type Release } from "../rollout/release";
import type { Rollout } from "../rollout/rollout";
import { releaseOf, stateFrom } from "../rollout/startingPoint";
import { stageStart } from "../rollout/state";

/** Which Worker to look at. */
export interface Subject {
  readonly scriptName: string;
  /** The plan of its release; undefined where it is not known. Then nothing is judged, and less is shown. */
  readonly plan: Plan | undefined;
}

/** What it takes to look. Nothing is ever written. */
export interface SightPorts {
  readonly deployments: Pick<Deployments, "active">;
  readonly telemetry: Telemetry;
  readonly witness: Witness;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What was seen of a Worker's release. To be given to the next look, which then reads only what is new. */
export interface Sight extends Subject {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly active: Deployment | undefined;
  /** Undefined where no release is under way. */
  readonly watched: Judged | Measured | undefined;
}

/** A release whose plan is known: seen and judged as the run that drives it sees and judges it. */
export interface Judged {
  readonly kind: "judged";
  readonly rollout: Rollout;
}

/** A release whose plan is not known: what its versions have served in the current stage. */
export interface Measured {
  readonly kind: "measured";
  readonly releaseId: string;
  readonly telemetry: Source;
  /** One for each of {@link usualSlis}; undefined where it could not be read yet. */
  readonly series: readonly Series[] | undefined;
}

/** What a version is usually judged by: it is shown where it is not known what the plan says. */
export const usualSlis: readonly (Sli & { readonly kind: "serverErrors" | "exceptions" | "canceled" })[] = [
  { kind: "serverErrors" },
  { kind: "exceptions" },
  { kind: "canceled" },
];

/**
 * Looks at a Worker's release once.
 *
 * @param before what the look before has seen; undefined for the first one
 * @throws PortError when the deployments cannot be read; of telemetry that does not answer the sight itself tells
 */
export async function look(subject: Subject, before: Sight | undefined, ports: SightPorts): Promise<Sight> {
  const read = await ports.deployments.active("look");
  const active = isStale(before?.active, read) ? before?.active : read;
  const watched = active && (await watch(subject, active, before?.watched, ports));
  return { ...subject, at: ports.clock.now(), active, watched };
}

async function watch(
  { scriptName, plan }: Subject,
  active: Deployment,
  before: Sight["watched"],
  ports: SightPorts,
): Promise<Sight["watched"]> {
  const { record } = active;
  if (record === undefined || !isUnderWay(record)) return undefined;
  if (plan === undefined || !isPlanOf(plan, record, active)) return measure(record, active, before, ports);
  const release = releaseOf({ scriptName, plan, ...record, releaseId: record.run }, record);
  const known = before?.kind === "judged" && before.rollout.release.id === release.id ? before : undefined;
  const observed = await observe(release, known?.rollout.observation, active, ports);
  return { kind: "judged", rollout: { release, state: stateFrom(record, active), observation: observed } };
}

/** Whether a plan has the stage that a release is in. */
export function isPlanOf(
  { stages }: Plan,
  { stage, stages: count, newVersionId }: ReleaseRecord,
  { split }: Deployment,
): boolean {
  const percent = stages[stage]?.percent;
  return (
    stages.length === count && percent !== undefined && samePercent(percent, percentOf(split, newVersionId))
  );
}

async function observe(
  release: Release,
  known: Observation | undefined,
  active: Deployment,
  ports: SightPorts,
): Promise<Observation> {
  const now = ports.clock.now();
  const before = known ?? nothingObserved(release, active, now, false);
  const health = await inTime(release, dependenciesOf(ports), undefined, (asked) =>
    readTelemetry(release, before, asked),
  );
  return { ...before, ...health, active, deployments: answered(now) };
}

/** Only the run that sends probes knows what came of them. */
const noProbes: Probes = { observe: () => Promise.resolve({ results: [], troubles: [] }) };

function dependenciesOf({ deployments, ...ports }: SightPorts): Dependencies {
  return {
    ...ports,
    deployments: { ...readOnly, active: (urgency) => deployments.active(urgency) },
    probes: noProbes,
    progress: { status: () => undefined, event: () => undefined },
    interruption: new AbortController().signal,
  };
}

const readOnly: Pick<Deployments, "create" | "deployable"> = {
  create: () => Promise.reject(new Error("who looks at a release deploys nothing")),
  deployable: () => Promise.resolve([]),
};

/** As many buckets as one query gives. */
const mostBuckets = 300;
const shortestBucketMs = 10_000;

async function measure(
  record: ReleaseRecord,
  active: Deployment,
  before: Sight["watched"],
  { telemetry, clock, random }: SightPorts,
): Promise<Measured> {
  const now = clock.now();
  const { newVersionId, oldVersionId, id: releaseId } = record;
  const known = before?.kind === "measured" && before.releaseId === releaseId ? before : undefined;
  const since = stageStart(stateFrom(record, active));
  const bucketMs = shortestBucketMs * Math.max(1, Math.ceil((now - since) / shortestBucketMs / mostBuckets));
  const from = bucketStart(since, bucketMs);
  const to = bucketStart(Math.max(now, since), bucketMs) + bucketMs;
  try {
    const query = { slis: usualSlis, newVersionId, oldVersionId, bucketMs, from, to };
    const series = await telemetry.read(query);
    return { kind: "measured", releaseId, telemetry: answered(clock.now()), series };
  } catch (error) {
    const source = known?.telemetry ?? answered(now);
    const failed = unanswered(source, error, clock.now(), { pollIntervalMs: bucketMs, random });
    return { kind: "measured", releaseId, telemetry: failed, series: known?.series };
  }
}
