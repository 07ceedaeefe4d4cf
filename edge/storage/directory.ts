import type { RoutingTable } from "../data/routes";
import type { Version } from "../scripts/types";
import type { State } from "../state";
import type { Hosted } from "./object-host";

/** What the bindings of versions must know of the scripts. */
export class Directory {
  constructor(
    private readonly state: State,
    private readonly routes: RoutingTable,
  ) {}

  exists(scriptName: string): boolean {
    return this.state.scripts.get(scriptName) !== undefined;
  }

  /**
   * The version whose code a script's objects run: the one with most of the traffic, the older one of two with half
   * each.
   */
  host(scriptName: string): Hosted | undefined {
    const route = this.routes.find(scriptName);
    const [older, newer] = route ? this.routes.split(route) : [];
    const share = newer && newer.percentage > (older?.percentage ?? 0) ? newer : older;
    const version = share && this.state.versions.get(scriptName, share.versionId);
    const classes = this.state.scripts.get(scriptName)?.durableObjects.classes ?? [];
    return (
      version && {
        version,
        modules: this.state.versions.modules(version.id),
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
