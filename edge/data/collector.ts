import type { Observability, Version } from "../scripts/types";
import type { TelemetryEvent, TelemetryStore } from "../telemetry";
import { eventsOf, untracedEvent } from "./events";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";
import { rayOf } from "./ray";
import type { RoutingTable } from "./routes";
import type { Trace } from "./tail";

/** How long a version may take to tell of a request whose client has left. One that hangs never tells. */
const CANCELED_GRACE_MS = 1_000;

/** Turns what the versions tell of their invocations into telemetry. */
export class Collector {
  constructor(
    private readonly telemetry: TelemetryStore,
    private readonly routes: RoutingTable,
  ) {}

  /** A version's tail worker has sent a batch. */
  readonly onTraces = (instance: Instance, traces: readonly Trace[]): void => {
    this.record(
      instance.version,
      traces.map((trace) => eventsOfTrace(instance, trace)),
    );
  };

  /** A version's process has ended: whatever it was doing failed. */
  readonly onEnd = (instance: Instance): void => {
    const { version, invocations } = instance;
    this.record(
      version,
      invocations.takeAll().map((invocation) => [untracedEvent(version, invocation, CRASH)]),
    );
  };

  /** A client has left. If the version does not tell of it, we do. */
  onCanceled(instance: Instance, invocation: Invocation): void {
    setTimeout(() => {
      const left = instance.invocations.take(invocation.ray);
      if (left) this.record(instance.version, [[untracedEvent(instance.version, left, CANCELED)]]);
    }, CANCELED_GRACE_MS).unref();
  }

  /** Keeps or drops each invocation as a whole, as head sampling does. */
  private record(version: Version, invocations: readonly TelemetryEvent[][]): void {
    const observability = this.routes.find(version.scriptName)?.observability;
    const kept = invocations.filter(() => isKept(observability)).flat();
    if (kept.length > 0) this.telemetry.record(kept);
  }
}

const CRASH = {
  outcome: "exception",
  error: "Error: the process of this version ended while it was handling the request",
  status: 500,
};

const CANCELED = { outcome: "canceled" };

function eventsOfTrace(instance: Instance, trace: Trace): TelemetryEvent[] {
  // What is not in the table has been recorded, or did not come through the front.
  const ray = rayOf(trace.event?.request?.headers["cf-ray"]);
  const invocation = ray === undefined ? undefined : instance.invocations.take(ray);
  return invocation ? eventsOf(instance.version, invocation, trace) : [];
}

function isKept(observability: Observability | undefined): boolean {
  return observability?.enabled === true && Math.random() < (observability.head_sampling_rate ?? 1);
}
