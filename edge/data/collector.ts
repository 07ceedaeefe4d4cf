import type { InvocationCounter } from "../analytics/counter";
import type { EndedInvocation } from "../analytics/tally";
import type { Version } from "../scripts/types";
import type { ObjectTrace } from "../storage/object-tail";
import type { TelemetryEvent, TelemetryStore } from "../telemetry";
import { canceledOutcome, eventsOf, untracedEvents, type Ending } from "./events";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";
import type { Excess } from "./limits";
import { objectEvents } from "./object-events";
import { hopOf } from "./ray";
import type { RoutingTable } from "./routes";
import { asKept, isObserved } from "./sampling";
import type { Trace } from "./tail";

/** How long a version may take to tell of a request whose client has left. One that hangs never tells. */
const CANCELED_GRACE_MS = 1_000;

/** An invocation that is over, and what telemetry would say of it. */
interface Concluded {
  readonly invocation: Invocation;
  readonly events: readonly TelemetryEvent[];
}

/** Turns what the versions tell of their invocations into telemetry and metrics. */
export class Collector {
  private isClosed = false;

  constructor(
    private readonly telemetry: Pick<TelemetryStore, "record">,
    private readonly routes: RoutingTable,
    private readonly counter: InvocationCounter,
  ) {}

  /** A version's tail worker has sent a batch. */
  readonly onTraces = (instance: Instance, traces: readonly Trace[]): void => {
    this.conclude(
      instance.version,
      traces.flatMap((trace) => concludedBy(instance, trace)),
    );
  };

  /** A version's process has ended: whatever it was doing failed. */
  readonly onEnd = ({ version, invocations }: Instance): void => {
    this.conclude(
      version,
      invocations.takeAll().map((invocation) => untraced(version, invocation, endOf(invocation))),
    );
  };

  /** A client has left. If the version does not tell of it, we do. */
  onCanceled({ version, invocations }: Instance, { ray }: Invocation): void {
    setTimeout(() => {
      const left = invocations.abandon(ray);
      if (left) this.conclude(version, [untraced(version, left, { outcome: canceledOutcome(left) })]);
    }, CANCELED_GRACE_MS).unref();
  }

  /** Objects of a script, that run a version of it, have done something. */
  readonly onObjectTraces = (version: Version, traces: readonly ObjectTrace[]): void => {
    const route = this.routes.find(version.scriptName);
    if (route === undefined) return;
    const observed = traces.filter(() => isObserved(route.observability));
    this.record(observed.flatMap((trace) => objectEvents(version, trace)));
  };

  /** What comes after this is not kept: the store is about to be closed. */
  close(): void {
    this.isClosed = true;
  }

  /** Every invocation counts in the metrics; Workers Observability hears of those that it observes. */
  private conclude(version: Version, concluded: readonly Concluded[]): void {
    if (!this.isClosed) this.counter.count(version, concluded.flatMap(endedBy));
    this.record(concluded.flatMap(({ invocation, events }) => (invocation.isObserved ? events : [])));
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

function untraced(version: Version, invocation: Invocation, end: Ending): Concluded {
  return { invocation, events: untracedEvents(version, invocation, end) };
}

function concludedBy(instance: Instance, trace: Trace): Concluded[] {
  // What is not in the table has been recorded, or did not come through the front.
  const ray = trace.id ?? hopOf(trace.event?.request?.headers["cf-ray"]);
  const invocation = ray === undefined ? undefined : instance.invocations.take(ray);
  return invocation ? [{ invocation, events: eventsOf(instance.version, invocation, trace) }] : [];
}

/** What the metrics count of it: once, and nothing of Durable Objects, which are a data set of their own. */
function endedBy({ invocation: { cpuTimeMs, colo }, events }: Concluded): EndedInvocation[] {
  return events
    .filter(({ type, executionModel }) => type === "cf-worker-event" && executionModel !== "durableObject")
    .map(({ timestamp, outcome, wallTimeMs }) => ({
      startedAt: timestamp,
      coloCode: colo,
      outcome,
      wallTimeMs,
      cpuTimeMs,
    }));
}
