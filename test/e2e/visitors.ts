import { get } from "node:http";
import { text } from "node:stream/consumers";
import type { Edge } from "../../edge";

/** Visitors of a Worker at several addresses, who note which version has answered each of them, and how. */
export class Visitors {
  /** How many answers each version has given, by the id that it answers with. */
  readonly answered = new Map<string, number>();
  /** Requests without an answer. */
  lost = 0;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #open = 0;

  constructor(
    private readonly edge: Edge,
    private readonly scriptName: string,
    perSecond = 20,
  ) {
    this.#timer = setInterval(() => void this.#visit(), 1000 / perSecond);
  }

  /** Sends no more, and resolves once all have their answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #visit(): Promise<void> {
    this.#open += 1;
    try {
      const versionId = await this.#ask(`127.0.0.${2 + (this.#sent++ % 16)}`);
      this.answered.set(versionId, (this.answered.get(versionId) ?? 0) + 1);
    } catch {
      this.lost += 1;
    } finally {
      this.#open -= 1;
    }
  }

  #ask(localAddress: string): Promise<string> {
    const { port, subdomain } = this.edge;
    const headers = { host: `${this.scriptName}.${subdomain}.localhost:${port}` };
    return new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", localAddress, port, headers, agent: false }, (answer) => {
        text(answer).then(resolve, reject);
      }).on("error", reject);
    });
  }
}
