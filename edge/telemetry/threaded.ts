import { Worker } from "node:worker_threads";
import type { AnalyticsRow, AnalyticsStore } from "../analytics";
import type { TelemetryEvent } from "./event";
import type { Ask, Failure, Reply, Request, Start } from "./messages";
import { QueryRefusal } from "./refusal";

/** Keeps telemetry and answers the three telemetry calls of Cloudflare's API. */
export interface TelemetryStore {
  /** The metrics, which are kept apart from the events. */
  readonly analytics: AnalyticsStore;
  /**
   * Hands `events` over to be stored, all or none. A query asked later finds them. All rows of an invocation are to be
   * handed over at once, one after the other.
   */
  record(events: readonly TelemetryEvent[]): void;
  /** The `result` of `POST …/observability/telemetry/query`. Rejects with `QueryRefusal` when the body cannot be served. */
  query(body: unknown): Promise<unknown>;
  /** The `result` of `POST …/observability/telemetry/keys`. Rejects like `query`. */
  keys(body: unknown): Promise<unknown>;
  /** The `result` of `POST …/observability/telemetry/values`. Rejects like `query`. */
  values(body: unknown): Promise<unknown>;
  /** Ends the store once all that was recorded is stored. What was recorded in a file stays there. */
  close(): Promise<void>;
}

/** How many events may wait for the thread; more would fill the memory when it cannot keep up. */
const MOST_WAITING = 100_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The store in a thread of its own. It starts with the first call; what comes before it is ready waits for it. */
export class ThreadedTelemetry implements TelemetryStore {
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #eventsWaiting = 0;
  #end: Error | undefined;
  #lastWarning = "";
  readonly analytics: AnalyticsStore = {
    record: (tallies) => {
      this.#ask({ call: "tally", tallies }).catch((error: unknown) => {
        this.#warn(`some metrics are lost: ${reasonOf(error)}`);
      });
    },
    query: (query) => this.#ask({ call: "analytics", query }) as Promise<AnalyticsRow[]>,
  };

  constructor(private readonly start: Start) {}

  record(events: readonly TelemetryEvent[]): void {
    if (this.#eventsWaiting + events.length > MOST_WAITING) {
      this.#warn(
        `more than ${MOST_WAITING} events wait to be stored, which is all that may; newer ones are lost`,
      );
      return;
    }
    this.#eventsWaiting += events.length;
    this.#ask({ call: "record", events })
      .catch((error: unknown) => {
        this.#warn(`${events.length} events are lost: ${reasonOf(error)}`);
      })
      .finally(() => {
        this.#eventsWaiting -= events.length;
      });
  }

  query(body: unknown): Promise<unknown> {
    return this.#ask({ call: "query", body });
  }

  keys(body: unknown): Promise<unknown> {
    return this.#ask({ call: "keys", body });
  }

  values(body: unknown): Promise<unknown> {
    return this.#ask({ call: "values", body });
  }

  async close(): Promise<void> {
    if (!this.#thread || this.#end) return;
    await this.#ask({ call: "close" });
    await this.#thread.terminate();
  }

  #ask(ask: Ask): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#thread ??= this.#launch();
      this.#thread.postMessage({ id, ask } satisfies Request);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #launch(): Worker {
    // Resolved, so that it is found as this file was: compiled, or as source by whoever can load that.
    const thread = new Worker(require.resolve("./thread"), { name: "telemetry", workerData: this.start });
    thread.on("message", (reply: Reply) => {
      this.#settle(reply);
    });
    thread.on("error", (error) => {
      this.#endWith(reasonOf(error));
    });
    thread.on("exit", (code) => {
      this.#endWith(`it exited with ${code}`);
    });
    return thread;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("failure" in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.result);
  }

  /** Nothing that waits, or asks later, waits for a thread that is gone. */
  #endWith(why: string): void {
    this.#end ??= new Error(`telemetry has ended (${why}); restart the edge to have it again`);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }

  /** Events come many times a second: what is the matter is said once, until it is something else. */
  #warn(warning: string): void {
    if (warning !== this.#lastWarning) process.emitWarning(`Telemetry: ${warning}.`);
    this.#lastWarning = warning;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function errorOf({ message, refusal }: Failure): Error {
  return refusal ? new QueryRefusal(refusal.status, refusal.body, message) : new Error(message);
}
