import { setTimeout as sleep } from "node:timers/promises";
import type { Edge } from "../../edge";
import { ask, type Answer } from "../edge/support";

/** Enough for a release together, and no burden to the machine. */
const BETWEEN_VISITS_MS = 500;

/** By the hashes of their names, a quarter of them moves at 25 %. Fewer visitors may all stay with the old version. */
const KEYS = Array.from({ length: 24 }, (_, index) => `visitor-${index + 1}`);

/** Visitors, each with a version key, who open a page and then load the script that it names. */
export class PageVisitors {
  readonly #edge: Edge;
  readonly #worker: string;
  readonly #scripts = new Set<string>();
  #lost = 0;
  #isOver = false;
  readonly #visits: Promise<unknown>;

  constructor(edge: Edge, worker: string) {
    this.#edge = edge;
    this.#worker = worker;
    this.#visits = Promise.all(KEYS.map((key) => this.#visit(key)));
  }

  /** Ends the visits. Gives how many scripts were not there, and the scripts that pages named. */
  async stop(): Promise<{ lost: number; scripts: ReadonlySet<string> }> {
    this.#isOver = true;
    await this.#visits;
    return { lost: this.#lost, scripts: this.#scripts };
  }

  async #visit(key: string): Promise<void> {
    while (!this.#isOver) {
      await sleep(BETWEEN_VISITS_MS);
      const script = await this.#scriptOfPage(key);
      this.#scripts.add(script);
      const { status } = await this.#ask(script, key);
      // One that has moved on to the next version in between finds another page.
      if (status === 404 && script === (await this.#scriptOfPage(key))) this.#lost += 1;
    }
  }

  async #scriptOfPage(key: string): Promise<string> {
    return /src="([^"]+)"/.exec((await this.#ask("/", key)).body)?.[1] ?? "";
  }

  #ask(path: string, key: string): Promise<Answer> {
    return ask(this.#edge, this.#worker, { path, headers: { "cloudflare-workers-version-key": key } });
  }
}
