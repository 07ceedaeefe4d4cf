import type { Deployment } from "../deployments/types";
import type { Observability } from "../scripts/types";
import type { State } from "../state";
import type { Split } from "./split";

/** What the front must know of a script to handle a request for it. */
export interface Route {
  readonly scriptName: string;
  readonly subdomainEnabled: boolean;
  readonly observability: Observability;
  /** Empty while nothing is deployed. */
  readonly split: Split;
}

/**
 * Where requests go, script by script. A deployment changes one entry of this table and nothing else, so it takes
 * effect between two requests and disturbs none that is on its way.
 */
export class RoutingTable {
  /** Hears of each change. */
  onReload: (scriptName: string) => void = () => undefined;
  private readonly routes = new Map<string, Route>();

  constructor(private readonly state: State) {
    for (const { name } of state.scripts.list()) this.load(name);
  }

  find(scriptName: string): Route | undefined {
    return this.routes.get(scriptName);
  }

  /** To be called after each change of the script's state. */
  reload(scriptName: string): void {
    this.load(scriptName);
    this.onReload(scriptName);
  }

  private load(scriptName: string): void {
    const script = this.state.scripts.get(scriptName);
    if (script === undefined) {
      this.routes.delete(scriptName);
      return;
    }
    this.routes.set(scriptName, {
      scriptName,
      subdomainEnabled: script.subdomainEnabled,
      observability: script.settings.observability,
      split: this.splitOf(this.state.deployments.active(scriptName)),
    });
  }

  /** The order of a deployment's versions is the caller's; a split has the older one first. */
  private splitOf(deployment: Deployment | undefined): Split {
    if (deployment === undefined) return [];
    const age = (versionId: string): number =>
      this.state.versions.get(deployment.scriptName, versionId)?.number ?? 0;
    return deployment.shares.toSorted((a, b) => age(a.versionId) - age(b.versionId));
  }
}
