import { timestamp } from "../state/timestamp";
import type { Queue } from "./types";

/** What Cloudflare keeps messages for where nothing is said: 4 days, in seconds. */
const RETENTION = 345_600;

/** A queue that nobody has sent anything to. */
export function newQueue(id: string, name: string): Queue {
  const now = timestamp();
  return {
    ...{ id, name, createdOn: now, modifiedOn: now },
    ...{ deliveryDelay: 0, isPaused: false, retention: RETENTION, consumers: [] },
  };
}
