import type { IncomingMessage, ServerResponse } from "node:http";

/** A request, the answer that is owed to it, and the id both have. */
export interface Exchange {
  readonly ray: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
