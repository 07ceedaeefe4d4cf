import type { Runtime } from "../data/runtime";
import type { TraceException, TraceLog } from "../data/tail";
import type { WorkerOptions } from "./process";

/** How long what objects did is gathered before the edge is told. */
const BATCH_MS = 50;

/**
 * Runs beside a script's objects. workerd calls it when an invocation of one is over. Whoever calls its `fetch` waits
 * until the edge has been told of all that it has gathered.
 */
const TAIL_WORKER = `
let gathered = [];
let sendAt = 0;

function brief(event) {
  if (!event?.request) return event;
  const { method, url, headers } = event.request;
  return { request: { method, url, headers: { "cf-ray": headers["cf-ray"] } }, response: event.response };
}

async function send({ EDGE }) {
  const batch = gathered;
  gathered = [];
  if (batch.length > 0) await EDGE.fetch("http://edge/", { method: "POST", body: JSON.stringify(batch) });
}

export default {
  async fetch(request, env) {
    await send(env);
    return new Response(null, { status: 204 });
  },
  async tail(traces, env) {
    const seenAt = Date.now();
    for (const { event, eventTimestamp, outcome, exceptions, logs, truncated, entrypoint, durableObjectId } of traces) {
      if (durableObjectId === undefined) continue;
      const trace = { seenAt, eventTimestamp, outcome, exceptions, logs, truncated, entrypoint, durableObjectId };
      gathered.push({ ...trace, event: brief(event) });
    }
    // Another call is waiting to send these too.
    if (sendAt > seenAt) return;
    sendAt = seenAt + ${BATCH_MS};
    await scheduler.wait(${BATCH_MS});
    await send(env);
  },
};
`;

/** What an object did, as workerd tells it. */
export interface ObjectTrace {
  /** When the tail worker heard of it. */
  readonly seenAt: number;
  readonly eventTimestamp: number | null;
  readonly outcome: string;
  readonly exceptions: readonly (TraceException & { readonly stack?: string })[];
  readonly logs: readonly TraceLog[];
  readonly truncated: boolean;
  /** The object's class. */
  readonly entrypoint: string;
  readonly durableObjectId: string;
  /** Which of these there is says what kind of event it was. */
  readonly event: {
    readonly request?: {
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };
    readonly response?: { readonly status: number };
    readonly rpcMethod?: string;
    readonly scheduledTime?: string;
    readonly getWebSocketEvent?: unknown;
  } | null;
}

/** The name of the tail worker in its process. */
export const OBJECT_TAIL = "tail";

/** The tail worker, for Miniflare. */
export function objectTail(
  runtime: Runtime,
  onTraces: (traces: readonly ObjectTrace[]) => void,
): WorkerOptions {
  return {
    name: OBJECT_TAIL,
    modules: true,
    script: TAIL_WORKER,
    compatibilityDate: "2025-07-24",
    serviceBindings: {
      EDGE: async (request: { json(): Promise<unknown> }) => {
        onTraces((await request.json()) as ObjectTrace[]);
        return new runtime.Response(null, { status: 204 });
      },
    },
  };
}
