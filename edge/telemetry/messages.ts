import type { AnalyticsOptions, AnalyticsQuery, Tally } from "../analytics";
import type { TelemetryEvent } from "./event";
import type { TelemetryOptions } from "./options";

/** What the thread is started with. */
export interface Start {
  readonly file: string;
  readonly accountId: string;
  readonly options: TelemetryOptions;
  readonly analytics?: AnalyticsOptions;
}

/** What the edge asks of the thread that has the store. It answers in the order it was asked. */
export type Ask =
  | { readonly call: "record"; readonly events: readonly TelemetryEvent[] }
  | { readonly call: "query" | "keys" | "values"; readonly body: unknown }
  | { readonly call: "tally"; readonly tallies: readonly Tally[] }
  | { readonly call: "analytics"; readonly query: AnalyticsQuery }
  | { readonly call: "close" };

/** An `Ask` on its way. */
export interface Request {
  readonly id: number;
  readonly ask: Ask;
}

/** What the thread answers to the `Request` of the same id. */
export type Reply =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: Failure };

/** An error on its way: only plain fields cross from one thread to another. */
export interface Failure {
  readonly message: string;
  /** What a `QueryRefusal` has besides. */
  readonly refusal?: { readonly status: number; readonly body: object };
}
