import type { RoutingTable } from "../data/routes";
import { hasStore } from "../scripts/stores";
import type { Version } from "../scripts/types";
import type { State } from "../state";
import type { Hosted, Hosting } from "./hosting";
import type { StoreKind } from "./stores";

/** What the bindings of versions must know of the scripts. */
export class Directory {
  constructor(
    private readonly state: State,
    private readonly routes: RoutingTable,
  ) {}

  exists(scriptName: string): boolean {
    return this.state.scripts.get(scriptName) !== undefined;
  }

  hasStore(kind: StoreKind, id: string): boolean {
    return hasStore(this.state, { kind, id });
  }

  /** What a script's objects run: the versions that its deployment gives a share, if one process can run both. */
  host(scriptName: string): Hosted | undefined {
    const route = this.routes.find(scriptName);
    const deployment = route && this.routes.serving(route);
    const shares = deployment?.split.filter(({ percentage }) => percentage > 0) ?? [];
    const hostings = shares.flatMap(({ versionId, percentage }): Hosting[] => {
      const version = this.state.versions.get(scriptName, versionId);
      return version ? [{ version, modules: this.state.versions.modules(versionId), percentage }] : [];
    });
    const [first, second] = runnable(hostings);
    const classes = this.state.scripts.get(scriptName)?.durableObjects.classes ?? [];
    return (
      deployment &&
      first && {
        deployment,
        hostings: [first, second],
        namespaceIds: classes.map(({ namespaceId }) => namespaceId),
      }
    );
  }

  /**
   * The id of a Durable Object namespace. A version knows the classes of its own script from before it is stored. A
   * class that another script had, and has no longer, has no id: whoever asks for its objects finds none.
   */
  namespaceId(version: Version, scriptName: string, className: string): string {
    const owner = scriptName === version.scriptName ? version : this.state.scripts.get(scriptName);
    const found = owner?.durableObjects.classes.find((one) => one.className === className);
    return found?.namespaceId ?? "none";
  }
}

/**
 * Those of two versions that one process can run: both, or the one with the larger share where they want another
 * runtime, or other classes.
 */
function runnable(hostings: readonly Hosting[]): readonly Hosting[] {
  const [older, newer] = hostings;
  if (older === undefined || newer === undefined || needsOf(older) === needsOf(newer)) return hostings;
  return [newer.percentage > older.percentage ? newer : older];
}

function needsOf({ version: { compatibilityDate, compatibilityFlags, durableObjects } }: Hosting): string {
  return JSON.stringify([compatibilityDate, compatibilityFlags, durableObjects.classes]);
}
