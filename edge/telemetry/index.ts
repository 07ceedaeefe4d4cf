import { SqliteTelemetry, type TelemetryStore } from "./store";

export type { EventType, TelemetryEvent } from "./event";
export type { Caller } from "./run";
export type { TelemetryStore } from "./store";

/** Opens the telemetry in `file`, made when missing. `:memory:` keeps it for as long as the process lives. */
export function openTelemetry(options: { file: string }): TelemetryStore {
  return new SqliteTelemetry(options.file);
}
