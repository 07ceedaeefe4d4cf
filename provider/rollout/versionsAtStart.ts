import { CannotStart } from "./cannotStart";
import { unlessFault, type Deployment } from "./ports";
import type { Dependencies, ReleaseRequest, SameContent } from "./release";
import { missingVersionRefusal, sameContentWarning } from "./text/startText";
import { patiently } from "./patiently";

/** A version that was just uploaded is not found for some seconds, up to 3 as far as is known. */
const findableMs = 10_000;
const pauseMs = 2000;

/**
 * Makes sure that the Worker has the new version. What cannot be found out stops nobody.
 *
 * @throws CannotStart when it has none
 */
export async function checkVersionExists(
  { scriptName, versionId }: ReleaseRequest,
  dependencies: Dependencies,
): Promise<void> {
  const { contents, clock, interruption } = dependencies;
  if (contents === undefined) return;
  const since = clock.now();
  const exists = (): Promise<boolean> =>
    patiently(() => contents.exists(versionId), dependencies).catch(unlessFault(true));
  while (!(await exists())) {
    if (interruption.aborted) return;
    if (clock.now() - since >= findableMs) {
      throw new CannotStart(missingVersionRefusal(scriptName, versionId, clock.now() - since));
    }
    await clock.sleep(pauseMs, interruption);
  }
}

/** How far the new version has the content of the one that serves, which is told; undefined where they differ. */
export async function sameContentOf(
  { versionId }: ReleaseRequest,
  oldVersionId: string | undefined,
  active: Deployment | undefined,
  { contents, clock, progress }: Dependencies,
): Promise<SameContent | undefined> {
  if (oldVersionId === undefined || contents === undefined) return undefined;
  const areSame = await contents.areSame(versionId, oldVersionId).catch(unlessFault(false));
  if (!areSame) return undefined;
  const untold = await Promise.all([contents.hasSecrets(versionId), contents.hasUntold()]).catch(
    unlessFault([true]),
  );
  const same = untold.includes(true) ? "told" : "all";
  const warning = sameContentWarning(same, versionId, oldVersionId, active, clock.now());
  progress.event(`Warning: ${warning}`);
  return same;
}
