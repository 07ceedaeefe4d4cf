import { ApiError } from "../api/error";
import type { TelemetryEvent } from "./event";

export type { EventType, TelemetryEvent } from "./event";

/** Who asks. Cloudflare's answer names the account and the user a query ran for. */
export interface Caller {
  accountId: string;
  userId: string;
}

/** Keeps telemetry and answers the three telemetry calls of Cloudflare's API. */
export interface TelemetryStore {
  /** Stores all of `events`, or none. */
  record(events: readonly TelemetryEvent[]): void;
  /** The `result` of `POST …/observability/telemetry/query`. Throws `ApiError` when the body cannot be served. */
  query(body: unknown, caller?: Caller): unknown;
  /** The `result` of `POST …/observability/telemetry/keys`. Throws like `query`. */
  keys(body: unknown): unknown;
  /** The `result` of `POST …/observability/telemetry/values`. Throws like `query`. */
  values(body: unknown): unknown;
  /** Ends the store. What was recorded in a file stays there. */
  close(): void;
}

/** Opens the telemetry in `file`, made when missing. `:memory:` keeps it for as long as the process lives. */
export function openTelemetry(options: { file: string }): TelemetryStore {
  throw new ApiError(501, 10000, `Telemetry in ${options.file} is not emulated yet.`);
}
