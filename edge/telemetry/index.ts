import { openDatabase } from "./database";
import { ThreadedTelemetry, type TelemetryStore } from "./threaded";

export type { EventType, TelemetryEvent } from "./event";
export type { Caller } from "./run";
export type { TelemetryStore } from "./threaded";

/** Opens the telemetry in `file`, made when missing. `:memory:` keeps it for as long as the process lives. */
export function openTelemetry({ file }: { file: string }): TelemetryStore {
  // The thread starts in its own time, but a file that cannot be used is refused at once.
  openDatabase(file).close();
  return new ThreadedTelemetry(file);
}
