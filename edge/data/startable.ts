import type { State } from "../state";
import type { Startable } from "./worker-options";

/** What is needed to start a version. */
export function startable(state: State, scriptName: string, versionId: string): Startable {
  const version = state.versions.get(scriptName, versionId);
  if (version === undefined) throw new Error(`Version ${versionId} of ${scriptName} was deleted.`);
  return { version, modules: state.versions.modules(versionId) };
}
