import { CannotStart } from "./cannotStart";
import { unlessFault, type Contents, type Deployment } from "./ports";
import type { Dependencies, ReleaseRequest } from "./release";
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

/** Whether the new version has the content of the one that serves, which is told: nothing can be judged by that. */
export async function hasSameContent(
  { versionId }: ReleaseRequest,
  oldVersionId: string | undefined,
  active: Deployment | undefined,
  { contents, clock, progress }: Dependencies,
): Promise<boolean> {
  if (oldVersionId === undefined) return false;
  const isSame = await areSame(contents, versionId, oldVersionId);
  if (isSame) {
    progress.event(`Warning: ${sameContentWarning(versionId, oldVersionId, active, clock.now())}`);
  }
  return isSame;
}

function areSame(contents: Contents | undefined, a: string, b: string): Promise<boolean> {
  return contents?.areSame(a, b).catch(unlessFault(false)) ?? Promise.resolve(false);
}
