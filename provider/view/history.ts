import type { Clock, Deployment, PastDeployments } from "../rollout/ports";
import { isUnderWay, type ReleaseRecord } from "../rollout/record/record";
import type { HistoryView, OtherDeploymentView, PastReleaseView } from "./schema";
import { deploymentOf } from "./view";

/** So many deployments Cloudflare lists. */
const listed = 10;

/**
 * What was deployed to a Worker, newest first: what Cloudflare still lists, and before that the releases alone, each of
 * which names the one before it.
 *
 * @param most how many releases are looked for; each that Cloudflare no longer lists costs a request
 * @throws PortError
 */
export async function readHistory(
  scriptName: string,
  most: number,
  past: PastDeployments,
  clock: Pick<Clock, "now">,
): Promise<HistoryView> {
  const recent = await past.recent();
  const entries = entriesOf(recent);
  const known = new Set(entries.flatMap((entry) => (entry.kind === "release" ? [entry.id] : [])));
  const [oldest] = recent.flatMap(({ record }) => record ?? []).slice(-1);
  for (let next = oldest?.previous; next !== undefined && known.size < most;) {
    const found = await past.named(next);
    const record = found?.record;
    if (found === undefined || record === undefined || known.has(record.id)) break;
    known.add(record.id);
    entries.push(releaseEntry(found, record, { isActive: false, after: undefined }));
    next = record.previous;
  }
  return {
    scriptName,
    at: new Date(clock.now()).toISOString(),
    entries: entries.slice(0, lengthOf(entries, most)),
    isCutOff: recent.length >= listed,
  };
}

type Entry = HistoryView["entries"][number];

/** The entries up to the last of so many releases. */
function lengthOf(entries: readonly Entry[], most: number): number {
  let releases = 0;
  const end = entries.findIndex(({ kind }) => kind === "release" && (releases += 1) > most);
  return end === -1 ? entries.length : end;
}

function entriesOf(recent: readonly Deployment[]): Entry[] {
  const known = new Set<string>();
  return recent.flatMap((deployment, index): Entry[] => {
    const { record, isUnproven } = deployment;
    // The oldest of a full list cannot prove what it says.
    if (record === undefined) return isUnproven && index + 1 === listed ? [] : [other(deployment)];
    if (known.has(record.id)) return [];
    known.add(record.id);
    return [releaseEntry(deployment, record, { isActive: index === 0, after: recent[index - 1] })];
  });
}

function other(deployment: Deployment): OtherDeploymentView {
  return { kind: "deployment", ...deploymentOf(deployment) };
}

/** What came after the last deployment of a release. */
interface Followed {
  readonly isActive: boolean;
  /** Undefined where it is not known. */
  readonly after: Deployment | undefined;
}

function releaseEntry(last: Deployment, record: ReleaseRecord, followed: Followed): PastReleaseView {
  const ended = isUnderWay(record) ? followed.after?.createdAt : last.createdAt;
  return {
    kind: "release",
    id: record.id,
    status: statusOf(record, followed),
    oldVersionId: record.oldVersionId ?? null,
    newVersionId: record.newVersionId,
    startedAt: new Date(record.startedAt).toISOString(),
    endedAt: ended === undefined ? null : new Date(ended).toISOString(),
    ...{ stage: record.stage + 1, stages: record.stages, owner: record.owner },
    ...{ author: last.author, message: last.message },
  };
}

function statusOf({ phase }: ReleaseRecord, { isActive }: Followed): PastReleaseView["status"] {
  if (phase !== "soak" && phase !== "wait") return phase;
  return isActive ? "underWay" : "superseded";
}
