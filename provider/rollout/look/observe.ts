import { probeSeries, type ProbeResult } from "../../health/probes";
import type { Bucket, Series } from "../../health/series";
import { unlessFault, type ProbeReport } from "../ports";
import type { Dependencies, Release } from "../release";
import { readActive } from "../write/write";
import { ask, inTime, type Look } from "./asking";
import { reachAfter, telling } from "./cutOff";
import { readTelemetry } from "./health";
import { bucketStart, type Observation } from "./observation";
import { unasked } from "./source";
import { uploadsLeft } from "./window";

/** Uploads come a few a day; each question costs a request. */
const uploadsEveryMs = 300_000;
/** Where readings of the deployments are rare, so are these. */
const readingsPerUploads = 3;

/**
 * Reads the deployments, the telemetry and the probes once. What cannot be read stays as it was last seen, and so do the
 * deployments where others that share the token's limit come first.
 *
 * @param isOpen whether a write of the release may still show: then the deployments are read
 * @param tell is told what is deployed as soon as that is known: the rest of a look may take longer
 */
export function observe(
  release: Release,
  before: Observation,
  dependencies: Dependencies,
  isOpen = false,
  tell: (deployed: Deployed) => void = () => undefined,
): Promise<Observation> {
  // Where an interruption reverts, it does not wait for the look.
  const stop = release.plan.onInterrupt === "revert" ? dependencies.interruption : undefined;
  return inTime(release, dependencies, stop, (look) => observeAll(release, before, look, isOpen, tell));
}

async function observeAll(
  release: Release,
  known: Observation,
  look: Look,
  isOpen: boolean,
  tell: (deployed: Deployed) => void,
): Promise<Observation> {
  const before = { ...known, pace: look.pace.interval(release.plan.pollIntervalMs) };
  const readAndTold = readDeployments(release, before, look, isOpen).then((read) => {
    if (read.deployments.failures === 0) tell(read);
    return read;
  });
  const [deployed, uploads, health, probed] = await Promise.all([
    readAndTold,
    readUploads(release, before, look),
    readTelemetry(release, before, look),
    readProbes(release, before, look),
  ]);
  const { isHeard, ...seen } = health;
  const sources = [deployed.deployments, seen.telemetry];
  const hasAnswered = isHeard || deployed.deployments.failures === 0;
  const reach = reachAfter(before.reach, sources, hasAnswered, look.clock.now());
  const results = telling(probed.results, release.plan.probes, reach.cutOffs);
  return {
    ...deployed,
    ...uploads,
    ...seen,
    reach,
    series: withProbes(release, seen.series, results, before.settledUntil),
    settled: before.settled,
    settledUntil: before.settledUntil,
    isAsBegun: false,
    isOvertaken: before.isOvertaken && deployed.deployments.failures > 0,
    pace: before.pace,
    ...(before.gate && { gate: before.gate }),
    troubles: [deployed.deployments.trouble, seen.telemetry.trouble, ...probed.troubles].filter(
      (trouble) => trouble !== "",
    ),
  };
}

/** Reads the deployments alone: before its first split a release has nothing else to see. */
export async function observeDeployments(
  release: Release,
  before: Observation,
  dependencies: Dependencies,
): Promise<Observation> {
  const deployed = await inTime(release, dependencies, undefined, (look) =>
    readDeployments(release, before, look, true),
  );
  const { trouble } = deployed.deployments;
  return { ...before, ...deployed, troubles: trouble === "" ? [] : [trouble] };
}

/** What a look shows of the deployments. */
type Deployed = Pick<Observation, "active" | "deployments">;

async function readDeployments(
  release: Release,
  before: Observation,
  look: Look,
  isOpen: boolean,
): Promise<Deployed> {
  const { active, deployments } = before;
  if (!isOpen && !isDue(before, look)) {
    const isFailing = deployments.failures > 0;
    return { active, deployments: isFailing ? deployments : unasked(deployments, look.clock.now()) };
  }
  const urgency = isOpen ? "write" : "look";
  const read = await ask(release, deployments, look, () => readActive(active, look.deployments, urgency));
  // A deployment does not change: of one that was made again for somebody it is known who that was.
  const isKnown = !read.isAnswer || read.value?.id === active?.id;
  return { active: isKnown ? active : read.value, deployments: read.source };
}

/** Where there are many releases, they read their deployments in turns. One that does not answer is asked again. */
function isDue({ deployments, pace: { everyMs, deploymentsEveryMs } }: Observation, look: Look): boolean {
  const isAtEveryLook = deploymentsEveryMs <= everyMs || deployments.failures > 0;
  return look.pace.grants(look.clock.now() - deployments.answeredAt, isAtEveryLook ? 0 : deploymentsEveryMs);
}

async function readUploads(
  release: Release,
  { uploadsLeft: known, uploadsAt, pace: { deploymentsEveryMs } }: Observation,
  { deployments, clock, deadline, pace }: Look,
): Promise<Pick<Observation, "uploadsLeft" | "uploadsAt">> {
  const now = clock.now();
  const everyMs = Math.max(uploadsEveryMs, readingsPerUploads * deploymentsEveryMs);
  if (!pace.grants(now - uploadsAt, everyMs)) return { uploadsLeft: known, uploadsAt };
  const left = await deadline.within(uploadsLeft(release, deployments)).catch(unlessFault(undefined));
  return { uploadsLeft: left, uploadsAt: now };
}

/** What came of the probes; nothing where that is not known in time. */
async function readProbes(
  { newVersionId, plan }: Release,
  { settledUntil }: Observation,
  { probes, deadline }: Look,
): Promise<ProbeReport> {
  return deadline
    .within(probes.observe(newVersionId, plan.probes, settledUntil))
    .catch(unlessFault({ results: [], troubles: ["The probes did not answer in time."] }));
}

function withProbes(
  { plan, startedAt }: Release,
  series: readonly Series[],
  results: readonly ProbeResult[],
  settledUntil: number,
): readonly Series[] {
  const bucketMs = plan.pollIntervalMs;
  const grid = { from: bucketStart(startedAt, bucketMs), bucketMs };
  const isKept = ({ start }: Bucket): boolean => start + bucketMs > settledUntil;
  return plan.slos.map(({ sli }, index) =>
    sli.kind === "probes" ? probeSeries(results, grid).filter(isKept) : (series[index] ?? []),
  );
}
