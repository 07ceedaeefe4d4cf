import { Agent, get } from "node:http";
import type { Edge } from "../../edge";

/** A Worker that is slow gets fewer requests, not a heap of them. */
const mostAtOnce = 20;

/** Keeps asking a Worker, steadily and boundedly, until it is stopped. */
export class Load {
  /** What is asked for next. */
  path = "/";
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostAtOnce });
  readonly #timer: NodeJS.Timeout;
  #inFlight = 0;

  constructor(edge: Pick<Edge, "port" | "subdomain">, scriptName: string, perSecond = 40) {
    // The Host header does what a name of *.localhost would, also where such a name does not resolve.
    const host = `${scriptName}.${edge.subdomain}.localhost:${edge.port}`;
    this.#timer = setInterval(() => {
      if (this.#inFlight < mostAtOnce) this.#ask(edge.port, host);
    }, 1000 / perSecond);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #ask(port: number, host: string): void {
    this.#inFlight += 1;
    const options = { host: "127.0.0.1", port, path: this.path, headers: { host }, agent: this.#agent };
    const request = get(options, (response) => response.resume());
    // An answer that gets lost on its way to here was counted by the edge: nothing to do but to go on asking.
    request.on("error", () => undefined).on("close", () => (this.#inFlight -= 1));
  }
}
