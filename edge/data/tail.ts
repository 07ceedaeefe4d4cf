/** How long a version's telemetry is gathered before it is handed to the edge. */
const BATCH_MS = 50;

/**
 * The tail worker, which runs beside every version. workerd calls it once an invocation is over, with what it was.
 * workerd's own wall time is 0, but the time between the invocation's start and this call is a good measure of it.
 */
export const TAIL_WORKER = `
let gathered = [];
let sendAt = 0;

// Of a request the edge knows the rest itself. To copy all its headers costs more than everything else here.
function brief(event) {
  if (!event?.request) return event;
  const { request, response } = event;
  return { request: { headers: { "cf-ray": request.headers["cf-ray"] } }, response };
}

export default {
  // Whoever gets an answer knows that the process was free to give one.
  fetch() {
    return new Response(null, { status: 204 });
  },
  async tail(traces, env) {
    const seenAt = Date.now();
    for (const { event, eventTimestamp, outcome, exceptions, logs } of traces) {
      gathered.push({ seenAt, event: brief(event), eventTimestamp, outcome, exceptions, logs });
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
}

/** One invocation as the tail worker reports it. */
export interface Trace {
  /** When the tail worker heard of it. */
  readonly seenAt: number;
  readonly eventTimestamp: number | null;
  readonly outcome: string;
  readonly exceptions: readonly TraceException[];
  readonly logs: readonly TraceLog[];
  /** `request` for a fetch; other kinds of events have other fields. */
  readonly event: {
    readonly request?: { readonly headers: Readonly<Record<string, string>> };
    readonly response?: { readonly status: number };
  } | null;
}
