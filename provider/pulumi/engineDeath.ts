import { connect } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";

/** An engine is dead when it refuses this many connections in a row: about two seconds. */
const refusalsOfTheDead = 5;
const pauseMs = 500;

/**
 * Calls `died` when the engine at `address` is certainly gone.
 *
 * An HTTP/2 connection to the engine is held open, which the kernel closes together with the engine's process. It is
 * not plain TCP: the engine's server drops a connection that sends no HTTP/2 preface within two minutes, and waits for
 * such a connection before it shuts down. A lost connection proves nothing: only refused ones do, because the kernel
 * accepts connections even for an engine that is busy or suspended.
 *
 * The parent process proves nothing either. Pulumi starts a provider through a shell, which outlives the engine.
 *
 * @returns how to stop watching
 */
export function watchEngine(address: string, died: () => void): () => void {
  const watching = new AbortController();
  void isDead(address, watching.signal).then((dead) => {
    if (dead) died();
  });
  return () => {
    watching.abort();
  };
}

/** Resolves with true when the engine is dead, or with false when `signal` aborts. */
async function isDead(address: string, signal: AbortSignal): Promise<boolean> {
  let refusals = 0;
  while (!signal.aborted) {
    const error = await endOfConnection(address, signal);
    refusals = error?.code === "ECONNREFUSED" ? refusals + 1 : 0;
    if (refusals === refusalsOfTheDead) return true;
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** Resolves when a connection has ended or could not be made, with the error if there was one. */
function endOfConnection(address: string, signal: AbortSignal): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const close = (): void => {
      session.destroy();
    };
    let error: NodeJS.ErrnoException | undefined;
    signal.addEventListener("abort", close);
    session.on("error", (reason: NodeJS.ErrnoException) => {
      error = reason;
    });
    session.once("close", () => {
      signal.removeEventListener("abort", close);
      resolve(error);
    });
  });
}
