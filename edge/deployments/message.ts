/** Cloudflare keeps this much of a deployment's message. */
const LIMIT_BYTES = 1000;

/** The message cut to what Cloudflare keeps of it, never inside a character. */
export function cutMessage(message: string): string {
  const bytes = new TextEncoder().encode(message);
  if (bytes.length <= LIMIT_BYTES) return message;
  // A streaming decoder holds back the character that the cut has torn.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, LIMIT_BYTES), {
    stream: true,
  });
}
