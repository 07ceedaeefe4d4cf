import { unlessFault, type Contents, type Deployment } from "./ports";
import type { ReleaseRequest } from "./release";
import { pastOf, type ServedBefore } from "./servedBefore";

/** A version that a release goes back to. */
export interface WayBack extends ServedBefore {
  /** True where the new version is that very version; false where it has the same content. */
  readonly isItself: boolean;
}

/**
 * Whether the new version served this Worker before, within the plan's `rollbackWindow`: then it gets all traffic at once.
 * With Pulumi a `git revert` uploads the old content as a new version, so the same content counts as well, as far as
 * Cloudflare tells it. What cannot be found out means that it did not.
 *
 * @param recent the newest deployments, newest first
 */
export async function wayBackFor(
  { versionId, plan, isSameAsLast }: ReleaseRequest,
  recent: readonly Deployment[],
  contents: Contents | undefined,
): Promise<WayBack | undefined> {
  // Where the program asks for nothing new, somebody else has deployed, and nobody wants their version gone at once.
  if (plan.rollbackWindow === 0 || isSameAsLast) return undefined;
  const { good, bad } = pastOf(recent);
  if (bad.includes(versionId)) return undefined;
  const within = good.filter(({ releasesAgo }) => releasesAgo <= plan.rollbackWindow);
  const itself = within.find((served) => served.versionId === versionId);
  if (itself) return { ...itself, isItself: true };
  if (contents === undefined || within.length === 0) return undefined;
  const same = await firstSame(contents, versionId, within, bad);
  return same && { ...same, isItself: false };
}

/** The version that served before and has the same content; undefined where one that was found bad has it too. */
async function firstSame(
  contents: Contents,
  versionId: string,
  within: readonly ServedBefore[],
  bad: readonly string[],
): Promise<ServedBefore | undefined> {
  const areSame = (other: string): Promise<boolean> =>
    contents.areSame(versionId, other).catch(unlessFault(false));
  const isSame = await Promise.all(within.map((served) => areSame(served.versionId)));
  const found = within.find((_, index) => isSame[index]);
  if (found === undefined) return undefined;
  const [hasUntold, ...isBad] = await Promise.all([
    contents.hasUntold().catch(unlessFault(true)),
    ...bad.map(areSame),
  ]);
  return hasUntold || isBad.includes(true) ? undefined : found;
}
