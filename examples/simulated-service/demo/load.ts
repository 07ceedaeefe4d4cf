import { Agent, get } from "node:http";
import type { Edge } from "../../../edge";

/** The bounds of the load: whatever happens, it never exceeds them. */
export const bounds = { perSecond: 100, atOnce: 200, forMinutes: 30 };

/** What became of the requests. */
export interface Requests {
  sent: number;
  /** Those that got no answer at all; a 500 is an answer. */
  unanswered: number;
}

/** Users of a Worker, who ask it at a steady rate. */
export class Load {
  readonly requests: Requests = { sent: 0, unanswered: 0 };
  private readonly agent = new Agent({ keepAlive: true });
  private readonly underway = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly edge: Edge,
    private readonly scriptName: string,
    private readonly path: string,
  ) {}

  /** Begins to send requests. */
  start(): void {
    this.timer = setInterval(() => {
      this.tick();
    }, 1000 / bounds.perSecond);
  }

  /** Sends no more, and waits for the answers to what was sent. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underway);
    this.agent.destroy();
  }

  private tick(): void {
    if (this.requests.sent >= bounds.perSecond * 60 * bounds.forMinutes) clearInterval(this.timer);
    else if (this.underway.size < bounds.atOnce) this.send();
  }

  private send(): void {
    this.requests.sent += 1;
    const answered = this.ask()
      .catch(() => {
        this.requests.unanswered += 1;
      })
      .finally(() => this.underway.delete(answered));
    this.underway.add(answered);
  }

  private ask(): Promise<void> {
    const { port, subdomain } = this.edge;
    // The Host header does what a name of *.localhost would, also where such a name does not resolve.
    const headers = { host: `${this.scriptName}.${subdomain}.localhost:${port}` };
    const options = { host: "127.0.0.1", port, path: this.path, headers, agent: this.agent };
    return new Promise((resolve, reject) => {
      get(options, (response) => {
        response.resume().on("end", resolve).on("error", reject);
      }).on("error", reject);
    });
  }
}
