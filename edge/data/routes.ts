import type { Deployment } from "../deployments/types";
import type { Observability } from "../scripts/types";
import type { State } from "../state";
import { Locations, type Colo } from "./locations";
import { servingAt, stillNeeded, type Announced } from "./propagation";
import type { Split } from "./split";
import { SYSTEM_CLOCK, type Clock } from "./time";

/** What the front must know of a script to handle a request for it. */
export interface Route {
  readonly scriptName: string;
  readonly subdomainEnabled: boolean;
  readonly observability: Observability;
  /** The deployments that some location serves by, the oldest first. Empty while nothing is deployed. */
  readonly announced: readonly Announced[];
}

/**
 * Where requests go, script by script. A deployment changes one entry of this table and nothing else, so it takes
 * effect between two requests and disturbs none that is on its way. What was deployed before the table was made is
 * known everywhere.
 */
export class RoutingTable {
  /** Hears of each change. */
  onReload: (scriptName: string) => void = () => undefined;
  private readonly routes = new Map<string, Route>();
  /** How many deployments of each script there have been. */
  private readonly numbers = new Map<string, number>();
  /** Call off what is to happen when deployments arrive. */
  private readonly awaited = new Set<() => void>();

  constructor(
    private readonly state: State,
    readonly locations = new Locations(),
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {
    for (const { name } of state.scripts.list()) this.load(name, () => new Map());
  }

  find(scriptName: string): Route | undefined {
    return this.routes.get(scriptName);
  }

  /** How a location splits a script's traffic now. Empty while it knows of no deployment. */
  split(route: Route, colo?: Colo): Split {
    return this.serving(route, colo)?.split ?? [];
  }

  /** The deployment of a script that a location serves by now, if it knows of any. */
  serving({ announced }: Route, colo: Colo = this.locations.home): Announced | undefined {
    return servingAt(announced, colo, this.clock.now());
  }

  /** To be called after each change of the script's state. */
  reload(scriptName: string): void {
    this.load(scriptName, () => this.spread(scriptName));
    this.onReload(scriptName);
  }

  /** To be called when a script has another name. Where its deployments are known by now, they stay known. */
  rename(from: string, to: string): void {
    const route = this.routes.get(from);
    if (route !== undefined) this.routes.set(to, { ...route, scriptName: to });
    this.numbers.set(to, this.numbers.get(from) ?? 0);
    this.reload(from);
    this.reload(to);
  }

  /** What is on its way arrives no more. */
  close(): void {
    for (const callOff of this.awaited) callOff();
  }

  private load(scriptName: string, spread: () => Announced["arrivals"]): void {
    const script = this.state.scripts.get(scriptName);
    if (script === undefined) {
      this.routes.delete(scriptName);
      return;
    }
    this.routes.set(scriptName, {
      scriptName,
      subdomainEnabled: script.subdomainEnabled,
      observability: script.settings.observability,
      announced: this.announced(scriptName, spread),
    });
  }

  private announced(scriptName: string, spread: () => Announced["arrivals"]): readonly Announced[] {
    const deployment = this.state.deployments.active(scriptName);
    if (deployment === undefined) return [];
    const before = this.routes.get(scriptName)?.announced ?? [];
    const isKnown = before.at(-1)?.deploymentId === deployment.id;
    if (isKnown) return stillNeeded(before, this.clock.now());
    const announced = { deploymentId: deployment.id, split: this.splitOf(deployment), arrivals: spread() };
    return stillNeeded([...before, announced], this.clock.now());
  }

  /** Sends a new deployment to the locations. When it arrives at home, others than visitors meet it. */
  private spread(scriptName: string): Announced["arrivals"] {
    const number = (this.numbers.get(scriptName) ?? 0) + 1;
    this.numbers.set(scriptName, number);
    const arrivals = this.locations.arrivals(scriptName, number, this.clock.now());
    const atHome = arrivals.get(this.locations.home);
    if (atHome !== undefined) this.reloadAt(atHome, scriptName);
    return arrivals;
  }

  private reloadAt(timeMs: number, scriptName: string): void {
    const callOff = this.clock.at(timeMs, () => {
      this.awaited.delete(callOff);
      this.onReload(scriptName);
    });
    this.awaited.add(callOff);
  }

  /** The order of a deployment's versions is the caller's; a split has the older one first. */
  private splitOf(deployment: Deployment): Split {
    const age = (versionId: string): number =>
      this.state.versions.get(deployment.scriptName, versionId)?.number ?? 0;
    return deployment.shares.toSorted((a, b) => age(a.versionId) - age(b.versionId));
  }
}
