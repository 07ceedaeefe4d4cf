import { badShare, type Served } from "../health/series";
import type { Sli } from "../health/sli";
import type { Objective } from "../plan/plan";
import type { Cause } from "./cause";
import { within } from "./look/deadline";
import { shownOf } from "./look/shown";
import { PortError, type FailureGroup, type FailuresQuery } from "./ports";
import type { Dependencies, Release } from "./release";
import { stageStart, type State } from "./state";
import { unlessAborted } from "./unlessAborted";

/** What failed: the most frequent of what is new or has grown with the new version. Small enough for a state file. */
export interface FailuresFound {
  /** The SLO that they are bad by. */
  readonly slo: string;
  /** Since when they are counted, ISO 8601. */
  readonly since: string;
  /** Until when, ISO 8601. */
  readonly until: string;
  /** The groups that have grown most, that first: three at most. */
  readonly groups: readonly FailureGroup[];
  /** What else has grown. */
  readonly others: {
    /** How many groups. */
    readonly groups: number;
    /** How many bad events of the new version they have together. */
    readonly events: number;
  };
  /** By what Workers Logs show them, as filters; empty where they are in no log. */
  readonly filters: string;
  /** Where Cloudflare's dashboard shows them; undefined where it does not. */
  readonly url?: string;
}

/** Why nobody knows what failed. */
export interface FailuresUnknown {
  /** The reason, in words. */
  readonly unknown: string;
}

/** What is told of failures. */
export type FailuresReport = FailuresFound | FailuresUnknown;

/** By then it is told without. The traffic is back: nothing waits for it but a person. */
const longestMs = 20_000;
/** Events come late: what began in the last bucket before the trouble belongs to it. */
const beforeMs = 1000;

/**
 * Asks what the failures were that a release was reverted for. To be called after the revert: nothing depends on it, and
 * whatever goes wrong is told in a line.
 *
 * @param until up to when failures are counted, in milliseconds since the epoch
 * @returns undefined where no SLO was found bad, or nobody can be asked
 */
export async function failuresFor(
  cause: Cause,
  release: Release,
  state: State,
  { failures, clock, interruption }: Pick<Dependencies, "failures" | "clock" | "interruption">,
  until = clock.now(),
): Promise<FailuresReport | undefined> {
  if (failures === undefined || (cause.kind !== "violated" && cause.kind !== "unsure")) return undefined;
  const { slo } = cause;
  const served = servedIn(cause);
  const query: FailuresQuery = {
    sli: askedOf(slo, served),
    newVersionId: release.newVersionId,
    oldVersionId: release.oldVersionId,
    from: Math.floor((sinceOf(cause) ?? stageStart(state)) - beforeMs),
    to: Math.ceil(until),
  };
  if (interruption.aborted) return { unknown: "it was not asked for, since `pulumi up` was interrupted" };
  try {
    const found = await unlessAborted(within(longestMs, failures.find(query), clock), interruption);
    if (found === undefined) return { unknown: "`pulumi up` was interrupted meanwhile" };
    const { groups, filters, url } = found;
    return { ...told(slo, query, grown(groups, served)), filters, ...(url !== undefined && { url }) };
  } catch (error) {
    return {
      unknown: error instanceof PortError ? error.message : `a fault of this package: ${String(error)}`,
    };
  }
}

function sinceOf(cause: Cause & { kind: "violated" | "unsure" }): number | undefined {
  return cause.kind === "violated" ? cause.verdict.trouble?.since : undefined;
}

function servedIn(cause: Cause & { kind: "violated" | "unsure" }): Served | undefined {
  return cause.kind === "violated" ? cause.verdict.trouble : cause.served;
}

/** Of latencies that are compared, the requests that took longer than where the versions differ most. */
function askedOf(slo: Objective, served: Served | undefined): FailuresQuery["sli"] {
  const { sli } = slo;
  if (sli.kind !== "slower") return sli;
  const gap = served && shownOf(slo, served).gap;
  const limited: Sli = { kind: sli.of, limitMs: gap?.newMs ?? 0 };
  return limited;
}

const mostGroups = 3;

function told(
  slo: Objective,
  { from, to }: FailuresQuery,
  groups: readonly FailureGroup[],
): Omit<FailuresFound, "filters" | "url"> {
  const rest = groups.slice(mostGroups);
  return {
    slo: slo.name,
    since: new Date(from).toISOString(),
    until: new Date(to).toISOString(),
    groups: groups.slice(0, mostGroups),
    others: { groups: rest.length, events: rest.reduce((sum, group) => sum + group.new, 0) },
  };
}

/**
 * The groups that are new or have grown with the new version, the one that has grown most first: by how many more events
 * it has than it would have if it were as frequent as with the old version.
 */
export function grown(groups: readonly FailureGroup[], served: Served | undefined): FailureGroup[] {
  const ratio = ratioOf(served);
  const excess = (group: FailureGroup): number => group.new - expected(group, ratio);
  return groups
    .filter((group) => group.new > 0 && excess(group) > 0)
    .sort((a, b) => excess(b) - excess(a) || b.new - a.new || a.what.localeCompare(b.what));
}

/** How many events of a group the new version would have if it were like the old one. */
function expected({ old, of }: FailureGroup, ratio: number): number {
  if (of === undefined) return old * ratio;
  return of.new * badShare({ valid: of.old, bad: Math.min(old, of.old) });
}

/** How many requests the new version served for each one of the old version. */
function ratioOf(served: Served | undefined): number {
  const { new: fresh, old } = served ?? { new: { valid: 0 }, old: { valid: 0 } };
  return old.valid === 0 ? 0 : fresh.valid / old.valid;
}
