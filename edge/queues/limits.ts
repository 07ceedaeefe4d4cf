import type { NewMessage } from "./types";

/** Cloudflare's limits of a message, and of a request with several. */
const MESSAGE_BYTES = 128_000;
const REQUEST_MESSAGES = 100;
const REQUEST_BYTES = 256_000;

/** Why messages were not taken. */
export class QueueRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Refuses more than a queue takes at once. */
export function checkMessages(messages: readonly NewMessage[]): void {
  if (messages.length > REQUEST_MESSAGES) {
    throw tooLarge(`${messages.length} messages were sent at once; the most is ${REQUEST_MESSAGES}.`);
  }
  const sizes = messages.map(({ body }) => body.byteLength);
  const largest = Math.max(0, ...sizes);
  if (largest > MESSAGE_BYTES) {
    throw tooLarge(`A message has ${largest} bytes; the most is ${MESSAGE_BYTES}.`);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > REQUEST_BYTES) {
    throw tooLarge(`Messages of ${total} bytes were sent at once; the most is ${REQUEST_BYTES}.`);
  }
}

function tooLarge(message: string): QueueRefusal {
  return new QueueRefusal(413, message);
}
