import { once } from "node:events";
import { request } from "node:http";

/** One that does not answer for so long hangs, and is not waited for. */
const PATIENCE_MS = 1_000;

/** Waits until a process of objects that is about to end has told what they did. */
export async function flush(socketPath: string): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const asked = request({ socketPath, method: "HEAD", agent: false, signal }).end();
  await once(asked, "response").catch(() => undefined);
}
