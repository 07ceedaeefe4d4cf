import type { IncomingMessage, ServerResponse } from "node:http";
import type { Hop } from "./ray";
import type { Upgrade } from "./tunnel";

/** A request, the answer that is owed to it, and what is settled about both from the start. */
export interface Exchange extends Hop {
  /** Whether Workers Observability is to hear of it. */
  readonly isObserved: boolean;
  /** 0, and more when it is handed over again because the process that had it ended. */
  readonly attempt: number;
  /** Whether a kept connection has died under it, so that it must have one of its own. */
  readonly needsFresh?: boolean;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** For a request that asks for a WebSocket. */
  readonly upgrade: Upgrade | undefined;
}
