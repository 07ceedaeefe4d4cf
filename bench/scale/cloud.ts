import { LimitedService } from "../../test/cloudflare/budget/limited";
import type { VirtualTime } from "../../test/fakes/time";
import { answerTo, type TelemetryQuery } from "./telemetry";
import { SimulatedWorker, type Split } from "./worker";

/** How long a request and its answer take, in milliseconds. */
const latencyMs = 100;

/** A request that arrived. */
export interface Arrival {
  readonly at: number;
  /** `look` is what every look at the telemetry asks for: all requests up to now. */
  readonly kind: "look" | "telemetry" | "reading" | "write" | "other";
  /** The Workers it is about. */
  readonly workers: readonly string[];
}

/**
 * Cloudflare's API for many Workers, in virtual time, with its limit for one token: what a release needs of it, in the
 * shapes of live answers.
 */
export class SimulatedCloud {
  readonly arrivals: Arrival[] = [];
  readonly service: LimitedService;
  private readonly workers = new Map<string, SimulatedWorker>();

  constructor(
    private readonly time: VirtualTime,
    workers: readonly SimulatedWorker[],
  ) {
    this.service = new LimitedService(time);
    for (const worker of workers) this.workers.set(worker.name, worker);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    await this.time.sleep(latencyMs / 2);
    const { status, headers } = this.service.answer();
    const answer = status === 429 ? tooMany : this.answer(addressOf(input), init);
    await this.time.sleep(latencyMs / 2);
    return Response.json(answer, { status, headers });
  };

  private answer(url: URL, { method = "get", body }: RequestInit = {}): unknown {
    const given = typeof body === "string" ? (JSON.parse(body) as unknown) : undefined;
    if (url.pathname.endsWith("/telemetry/query")) return this.query(given as TelemetryQuery);
    const [, name = "", what = ""] = /\/scripts\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
    const worker = this.workers.get(name);
    if (worker === undefined) throw new Error(`nothing is simulated at ${url.pathname}`);
    switch (what) {
      case "deployments":
        return method.toLowerCase() === "post" ? this.deploy(worker, given) : this.list(worker);
      case "versions":
        this.note("other", [name]);
        return success({ items: worker.versions.map((id) => ({ id })) });
      default:
        this.note("other", [name]);
        return success({ observability: { enabled: true, head_sampling_rate: 1 }, bindings: [] });
    }
  }

  private query(query: TelemetryQuery): unknown {
    const now = this.time.now();
    const { workers, part, result } = answerTo(query, this.workers, now);
    const isByVersion = query.parameters.groupBys?.some(({ value }) => value === "$workers.scriptVersion.id");
    this.note(
      part === "all" && isByVersion && query.timeframe.to > now - 10_000 ? "look" : "telemetry",
      workers,
    );
    return success(result);
  }

  private list(worker: SimulatedWorker): unknown {
    this.note("reading", [worker.name]);
    return success({ deployments: worker.deployments.slice(-10).toReversed() });
  }

  private deploy(worker: SimulatedWorker, given: unknown): unknown {
    this.note("write", [worker.name]);
    const { versions, annotations } = given as { versions: Split; annotations: Record<string, string> };
    return success(worker.deploy(versions, annotations, this.time.now()));
  }

  private note(kind: Arrival["kind"], workers: readonly string[]): void {
    this.arrivals.push({ at: this.time.now(), kind, workers });
  }
}

const tooMany = {
  success: false,
  errors: [{ code: 971, message: "Please wait and consider throttling your request speed" }],
  messages: [],
  result: null,
};

function addressOf(input: Parameters<typeof fetch>[0]): URL {
  return new URL(input instanceof Request ? input.url : input);
}

function success(result: unknown): unknown {
  return { success: true, errors: [], messages: [], result };
}
