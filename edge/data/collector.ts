import type { TelemetryEvent, TelemetryStore } from "../telemetry";
import { canceledOutcome, eventsOf, untracedEvents, type Ending } from "./events";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";
import type { Excess } from "./limits";
import { hopOf } from "./ray";
import type { RoutingTable } from "./routes";
import { asKept } from "./sampling";
import type { Trace } from "./tail";

/** How long a version may take to tell of a request whose client has left. One that hangs never tells. */
const CANCELED_GRACE_MS = 1_000;

/** Turns what the versions tell of their invocations into telemetry. */
export class Collector {
  private isClosed = false;

  constructor(
    private readonly telemetry: TelemetryStore,
    private readonly routes: RoutingTable,
  ) {}

  /** A version's tail worker has sent a batch. */
  readonly onTraces = (instance: Instance, traces: readonly Trace[]): void => {
    this.record(traces.flatMap((trace) => eventsOfTrace(instance, trace)));
  };

  /** A version's process has ended: whatever it was doing failed. */
  readonly onEnd = ({ version, invocations }: Instance): void => {
    const left = invocations.takeAll().filter(({ isObserved }) => isObserved);
    this.record(left.flatMap((invocation) => untracedEvents(version, invocation, endOf(invocation))));
  };

  /** A client has left. If the version does not tell of it, we do. */
  onCanceled({ version, invocations }: Instance, { ray }: Invocation): void {
    setTimeout(() => {
      const left = invocations.abandon(ray);
      if (left?.isObserved) this.record(untracedEvents(version, left, { outcome: canceledOutcome(left) }));
    }, CANCELED_GRACE_MS).unref();
  }

  /** What comes after this is not kept: the store is about to be closed. */
  close(): void {
    this.isClosed = true;
  }

  private record(events: readonly TelemetryEvent[]): void {
    const [first] = events;
    const route = first && this.routes.find(first.scriptName);
    // What is told of a script that has been deleted meanwhile is kept as it is.
    const kept = route ? asKept(events, route.observability) : events;
    if (kept.length > 0 && !this.isClosed) this.telemetry.record(kept);
  }
}

const CRASH: Ending = {
  outcome: "exception",
  error: "The process of this version ended while it was handling this",
  status: 500,
};

/** Cloudflare's words for a request that went past a limit. */
const EXCEEDED: Readonly<Record<Excess, Omit<Ending, "outcome">>> = {
  exceededCpu: { error: "Worker exceeded CPU time limit.", status: 503 },
  exceededMemory: { error: "Worker exceeded memory limit.", status: 503 },
};

/** How an invocation ended whose process did before it could tell. */
function endOf(invocation: Invocation): Ending {
  const { excess, canceled, status, outcome, isBroken, isWebSocket } = invocation;
  if (canceled) return { outcome: canceledOutcome(invocation) };
  if (outcome !== undefined) return { outcome };
  if (excess) return { outcome: excess, ...EXCEEDED[excess] };
  return status === undefined || isBroken || isWebSocket ? CRASH : { outcome: "ok", status };
}

function eventsOfTrace(instance: Instance, trace: Trace): TelemetryEvent[] {
  // What is not in the table has been recorded, or did not come through the front.
  const ray = trace.id ?? hopOf(trace.event?.request?.headers["cf-ray"]);
  const invocation = ray === undefined ? undefined : instance.invocations.take(ray);
  return invocation?.isObserved ? eventsOf(instance.version, invocation, trace) : [];
}
