import { external } from "../external";
import type { RawBinding } from "../raw";

/** The header by which a request says which queue it is for. */
export const QUEUE_HEADER = "x-edge-queue";

/** A queue that a Worker sends messages to. */
export function queueBinding(name: string, socket: string, queueName: string): RawBinding {
  const to = `queue:${queueName}`;
  const services = [external(to, socket, { headers: { [QUEUE_HEADER]: queueName } })];
  return { name, binding: { queue: { name: to } }, services };
}
