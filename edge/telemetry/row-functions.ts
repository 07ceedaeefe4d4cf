import type { DatabaseSync } from "node:sqlite";
import { eventId, hexId } from "./ids";
import { cfJsonOf, headersOf, searchOf } from "./request";

/** The fields of an event that are worked out when somebody reads them: stored, they would take more than all others. */
export function addRowFunctions(db: DatabaseSync, accountId: string): void {
  const options = { deterministic: true };
  db.function("account", options, () => accountId);
  db.function("event_id", options, (timestamp, row) =>
    eventId({ timestamp: Number(timestamp), row: Number(row) }),
  );
  db.function("hex_id", options, (text, digits) => hexId(String(text), digits === 16 ? 16 : 32));
  db.function("search_of", options, (url) => jsonOf(typeof url === "string" ? searchOf(url) : undefined));
  db.function("headers_of", options, (head, rayId) =>
    typeof head === "string" ? jsonOf(headersOf(head, typeof rayId === "string" ? rayId : undefined)) : null,
  );
  db.function("cf_of", options, (head) => (typeof head === "string" ? cfJsonOf(head) : null));
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
