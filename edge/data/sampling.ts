import type { Observability } from "../scripts/types";
import type { TelemetryEvent } from "../telemetry";

/** Head sampling: whether an invocation that is about to begin is kept, with all it will log. */
export function isObserved(observability: Observability): boolean {
  const isOn = observability.logs?.enabled ?? observability.enabled;
  return isOn && observability.logs?.persist !== false && Math.random() < rateOf(observability);
}

/** The events as they are kept: each says how many it stands for, by the sampling rate of now. */
export function asKept(
  events: readonly TelemetryEvent[],
  observability: Observability,
): readonly TelemetryEvent[] {
  const wanted =
    observability.logs?.invocation_logs === false
      ? events.filter(({ type }) => type !== "cf-worker-event")
      : events;
  const rate = rateOf(observability);
  // A rate of 0 is newer than what it was not applied to.
  return rate === 1 || rate === 0 ? wanted : wanted.map((event) => ({ ...event, sampleInterval: 1 / rate }));
}

function rateOf({ head_sampling_rate, logs }: Observability): number {
  return logs?.head_sampling_rate ?? head_sampling_rate ?? 1;
}
