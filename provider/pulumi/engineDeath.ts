import { connect } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";

/** An engine is dead when it refuses this many connections in a row: about two seconds. */
const refusalsOfTheDead = 5;
const pauseMs = 500;

/**
 * Resolves when the engine at `address` is certainly gone. Waiting for that keeps no process alive.
 *
 * An HTTP/2 connection to the engine is held open, which the kernel closes together with the engine's process. It is
 * not plain TCP: the engine's server drops a connection that sends no HTTP/2 preface within two minutes, and waits for
 * such a connection before it shuts down. A lost connection proves nothing: only refused ones do, because the kernel
 * accepts connections even for an engine that is busy or suspended.
 *
 * The parent process proves nothing either. Pulumi starts a provider through a shell, which outlives the engine.
 */
export async function deathOf(address: string): Promise<void> {
  let refusals = 0;
  for (;;) {
    const error = await endOfConnection(address);
    refusals = error?.code === "ECONNREFUSED" ? refusals + 1 : 0;
    if (refusals === refusalsOfTheDead) return;
    await delay(pauseMs, undefined, { ref: false });
  }
}

/** Resolves when a connection has ended or could not be made, with the error if there was one. */
function endOfConnection(address: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    session.unref();
    let error: NodeJS.ErrnoException | undefined;
    session.on("error", (reason: NodeJS.ErrnoException) => {
      error = reason;
    });
    session.once("close", () => {
      resolve(error);
    });
  });
}
