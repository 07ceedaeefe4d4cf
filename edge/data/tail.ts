/** How long a version's telemetry is gathered before it is handed to the edge. */
const BATCH_MS = 50;

/**
 * The tail worker, which runs beside every version. workerd calls it once an invocation is over, with what it was.
 * workerd's own wall time is 0, but the time between the invocation's start and this call is a good measure of it.
 *
 * It is also the way in for events other than requests. What workerd tells of those has no id: it is found by what
 * the event was. Of several that were the same it is the one that has just ended: workerd tells right after that.
 */
export const TAIL_WORKER = `
let gathered = [];
let sendAt = 0;
const calls = new Set();

// Of a request the edge knows the rest itself. To copy all its headers costs more than everything else here.
function brief(event) {
  if (!event?.request) return event;
  const { request, response } = event;
  return { request: { headers: { "cf-ray": request.headers["cf-ray"] } }, response };
}

function idOf(event) {
  const same = [...calls].filter(({ cron, scheduledTimeMs, queue, messages }) =>
    queue === undefined
      ? event.cron === cron && event.scheduledTime === scheduledTimeMs
      : event.queue === queue && event.batchSize === messages.length);
  const call = same.find(({ hasEnded }) => hasEnded) ?? same[0];
  calls.delete(call);
  return call?.id;
}

async function handled({ cron, scheduledTimeMs, queue, messages }, version) {
  if (queue === undefined) return version.scheduled({ cron, scheduledTime: new Date(scheduledTimeMs) });
  return version.queue(queue, messages.map(({ timestampMs, ...message }) => ({
    ...decoded(message), timestamp: new Date(timestampMs),
  })));
}

function decoded({ encoded, body, ...message }) {
  if (encoded === undefined) return { ...message, body };
  const bytes = Uint8Array.from(atob(encoded.base64), (letter) => letter.charCodeAt(0)).buffer;
  return { ...message, [encoded.format === "v8" ? "serializedBody" : "body"]: bytes };
}

export default {
  // Whoever gets an answer knows that the process was free to give one.
  async fetch(request, { VERSION }) {
    if (request.method === "GET") return new Response(null, { status: 204 });
    const call = await request.json();
    calls.add(call);
    const result = await handled(call, VERSION);
    call.hasEnded = true;
    return Response.json(result);
  },
  async tail(traces, env) {
    const seenAt = Date.now();
    for (const { event, eventTimestamp, outcome, exceptions, logs, truncated } of traces) {
      const id = event && !event.request ? idOf(event) : undefined;
      gathered.push({ id, seenAt, event: brief(event), eventTimestamp, outcome, exceptions, logs, truncated });
    }
    // Another call is waiting to send these too.
    if (sendAt > seenAt) return;
    sendAt = seenAt + ${BATCH_MS};
    await scheduler.wait(${BATCH_MS});
    const batch = gathered;
    gathered = [];
    await env.EDGE.fetch("http://edge/", { method: "POST", body: JSON.stringify(batch) });
  },
};
`;

/** A console line as workerd reports it. */
export interface TraceLog {
  readonly timestamp: number;
  readonly level: string;
  /** The arguments of the call. */
  readonly message: readonly unknown[];
}

/** An uncaught exception as workerd reports it. */
export interface TraceException {
  readonly timestamp: number;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** One invocation as the tail worker reports it. */
export interface Trace {
  /** Of an event that came through the tail worker; a request has its own. */
  readonly id?: string;
  /** When the tail worker heard of it. */
  readonly seenAt: number;
  readonly eventTimestamp: number | null;
  readonly outcome: string;
  readonly exceptions: readonly TraceException[];
  readonly logs: readonly TraceLog[];
  /** Whether it logged more than workerd keeps of one invocation. */
  readonly truncated: boolean;
  /** `request` for a fetch; other kinds of events have other fields. */
  readonly event: {
    readonly request?: { readonly headers: Readonly<Record<string, string>> };
    readonly response?: { readonly status: number };
  } | null;
}
