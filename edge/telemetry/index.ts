import type { AnalyticsOptions } from "../analytics";
import { openDatabase as openAnalyticsDatabase } from "../analytics/database";
import { openDatabase } from "./database";
import type { TelemetryOptions } from "./options";
import { ThreadedTelemetry, type TelemetryStore } from "./threaded";

export type { EventType, TelemetryEvent } from "./event";
export type { TelemetryOptions } from "./options";
export { QueryRefusal } from "./refusal";
export type { TelemetryStore } from "./threaded";

/** SQLite's name for a file that is gone with who opened it; other than memory, it may grow. */
const TEMPORARY = "";

/** Opens the telemetry of an account in `file`, made when missing. Without a file it is kept until the store ends. */
export function openTelemetry(
  file: string | undefined,
  accountId: string,
  options: TelemetryOptions = {},
  analytics: AnalyticsOptions = {},
): TelemetryStore {
  // The thread starts in its own time, but a file that cannot be used is refused at once.
  if (file !== undefined) openDatabase(file, accountId).close();
  if (analytics.file !== undefined) openAnalyticsDatabase(analytics.file).close();
  return new ThreadedTelemetry({ file: file ?? TEMPORARY, accountId, options, analytics });
}
