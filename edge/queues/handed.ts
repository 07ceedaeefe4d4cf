import type { QueueMessage } from "../data/cause";
import type { StoredMessage } from "./types";

/** A message as its consumer gets it. */
export function handedOver({ id, sentMs, attempts, format, body }: StoredMessage): QueueMessage {
  const common = { id, timestampMs: sentMs, attempts: attempts + 1 };
  const bytes = Buffer.from(body);
  switch (format) {
    case "text":
      return { ...common, body: bytes.toString() };
    case "json":
      return { ...common, body: JSON.parse(bytes.toString()) as unknown };
    case "bytes":
    case "v8":
      return { ...common, body: null, encoded: { format, base64: bytes.toString("base64") } };
  }
}
