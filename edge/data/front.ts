import type { IncomingMessage, ServerResponse } from "node:http";
import type { State } from "../state";
import { Turns } from "../state/turns";
import { END_KNOWN_MS, TRIES } from "./attempts";
import type { Collector } from "./collector";
import type { Dispatcher } from "./dispatcher";
import type { Exchange } from "./exchange";
import { forward } from "./forward";
import type { Instance } from "./instance";
import type { Instances } from "./instances";
import { isObserved } from "./sampling";
import { overrideFor } from "./overrides";
import { sendException, sendNothingHere } from "./pages";
import { isRefused } from "./refusals";
import { innerHop, visitorsHop, type Arrival, type Hop } from "./ray";
import type { Route, RoutingTable } from "./routes";
import { chooseVersion } from "./split";
import { startable } from "./startable";
import { isTrigger, trigger } from "./trigger";
import type { Upgrade } from "./tunnel";

/** The Worker that a host name leads to. What is not enabled on the subdomain may be so on a domain. */
export interface Visited {
  readonly scriptName: string;
  readonly by: "subdomain" | "domain";
}

/** The data plane's front door: which version handles a request, and the way there. */
export class Front {
  private readonly turns = new Turns();

  constructor(
    private readonly state: State,
    private readonly routes: RoutingTable,
    private readonly instances: Instances,
    private readonly collector: Collector,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** A request to a Worker by its host name, on the subdomain or on a domain of the account. */
  handle(
    { scriptName, by }: Visited,
    request: IncomingMessage,
    response: ServerResponse,
    upgrade?: Upgrade,
  ): void {
    const route = this.routes.find(scriptName);
    const hop = visitorsHop(this.routes.locations.of(request));
    if (route === undefined || (by === "subdomain" && !route.subdomainEnabled)) {
      sendNothingHere(response, hop, whyNothing(scriptName, route));
    } else if (isTrigger(request)) {
      this.triggerBy(request, route, hop, response);
    } else {
      this.toScript(route, hop, request, response, upgrade);
    }
  }

  /** A request through a service binding, for which it does not matter what is on the subdomain. */
  call(scriptName: string, request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): void {
    const route = this.routes.find(scriptName);
    const hop = innerHop(headerOf(request, "cf-ray"), this.routes.locations.of(request));
    if (route !== undefined) this.toScript(route, hop, request, response, upgrade);
    else sendNothingHere(response, hop, whyNothing(scriptName, route));
  }

  private toScript(
    route: Route,
    hop: Hop,
    request: IncomingMessage,
    response: ServerResponse,
    upgrade: Upgrade | undefined,
  ): void {
    if (isRefused(request, response, hop)) return;
    const versionId = this.versionFor(route, request, hop);
    if (versionId === undefined) {
      sendNothingHere(response, hop, whyNotLive(route));
      return;
    }
    const observed = isObserved(route.observability);
    this.toVersion(route, versionId, {
      ...hop,
      ...{ isObserved: observed, attempt: 0, request, response, upgrade },
    });
  }

  private versionFor(route: Route, request: IncomingMessage, { colo }: Arrival): string | undefined {
    return chooseVersion(this.routes.split(route, colo), {
      key: headerOf(request, "cloudflare-workers-version-key"),
      override: overrideFor(route.scriptName, headerOf(request, "cloudflare-workers-version-overrides")),
      random: Math.random,
    });
  }

  private triggerBy(
    request: IncomingMessage,
    route: Route,
    { ray, colo }: Hop,
    response: ServerResponse,
  ): void {
    // The event that a call by hand makes is no visitor's request.
    const arrival = { ray, colo };
    const versionId = this.versionFor(route, request, arrival);
    if (versionId === undefined) sendNothingHere(response, arrival, whyNotLive(route));
    else
      void trigger(request, response, arrival, (event) =>
        this.dispatcher.dispatch(route, versionId, event, arrival),
      );
  }

  private toVersion(route: Route, versionId: string, exchange: Exchange): void {
    const ready = this.instances.ready(versionId);
    if (ready) this.toInstance(ready, route, exchange);
    else void this.startFor(route, versionId, exchange);
  }

  /** Returns the instance that has the request then; undefined where none has. */
  private async startFor(route: Route, versionId: string, exchange: Exchange): Promise<Instance | undefined> {
    try {
      const instance = await this.started(route.scriptName, versionId);
      // Starting takes a while; nobody may be waiting any more.
      if (exchange.response.closed) return undefined;
      this.toInstance(instance, route, exchange);
      return instance;
    } catch {
      // The version started when it was uploaded; that it does not now is nothing a client could understand.
      sendException(exchange.response, exchange);
      return undefined;
    }
  }

  private started(scriptName: string, versionId: string): Promise<Instance> {
    return this.instances.get(versionId, () => startable(this.state, scriptName, versionId));
  }

  private toInstance(instance: Instance, route: Route, exchange: Exchange): void {
    forward(instance, exchange, {
      onCanceled: (invocation) => {
        this.collector.onCanceled(instance, invocation);
      },
      onLost: (because) => {
        const attempt = exchange.attempt + 1;
        if (because === "connection")
          this.toVersion(route, instance.version.id, { ...exchange, needsFresh: true });
        else if (attempt < TRIES) void this.tryAgain(instance, route, { ...exchange, attempt });
        else sendException(exchange.response, exchange);
      },
    });
  }

  /**
   * A process's connections end a moment before it is known to have ended itself, and another one can be started. Those
   * that come from one go one after the other: the next process may end on account of the same request, and that must
   * not be mistaken for another.
   */
  private async tryAgain({ workerd, version }: Instance, route: Route, exchange: Exchange): Promise<void> {
    await workerd.endWithin(END_KNOWN_MS);
    await this.turns.take(version.id, async () => {
      if (exchange.response.closed) return;
      const instance = await this.startFor(route, version.id, exchange);
      await instance?.ping();
    });
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function whyNotLive({ scriptName }: Route): string {
  return `The Worker ${scriptName} has no deployment: none of its versions is live.`;
}

function whyNothing(scriptName: string, route: Route | undefined): string {
  return route === undefined
    ? `There is no Worker named ${scriptName} here.`
    : `The Worker ${scriptName} is not enabled on this subdomain.`;
}
