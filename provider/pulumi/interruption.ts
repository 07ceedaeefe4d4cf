import type { Interruption } from "../rollout/ports";
import { onCancel } from "./cancellation";
import { engineAddress } from "./engineAddress";
import { watchEngine } from "./engineDeath";

/** The releases of this process; one process may run several. */
const running = new Set<AbortController>();

/** True from the moment the engine cancels: whatever it still starts is over at once. */
let cancelled = false;

/** True when this process is to end as soon as its releases have. */
let ending = false;

// From the start, since a cancellation may come between two calls of the engine.
onCancel(() => {
  cancelled = true;
  interruptAll();
});

/**
 * Runs `work` with a signal that aborts when `pulumi up` is stopped:
 * - by a first Ctrl-C or SIGTERM: the engine cancels its providers, and waits for them;
 * - by a second one: the engine sends SIGINT to this process, and SIGKILL 5 seconds later;
 * - by its death: see {@link watchEngine};
 * - or when this process itself gets SIGTERM or SIGHUP.
 *
 * The engine also sends SIGINT at every normal shutdown. Then no release is running, so nothing listens, and the signal
 * ends the process.
 *
 * @returns what `work` returns: an interruption only asks it to come to an end
 */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const release = new AbortController();
  if (cancelled || ending) release.abort();
  if (running.size === 0) listen();
  running.add(release);
  try {
    return await work(release.signal);
  } finally {
    running.delete(release);
    if (running.size === 0) stopListening();
  }
}

function interruptAll(): void {
  for (const release of running) release.abort();
}

/** The engine is gone or wants this process gone. */
function endAfterAll(): void {
  ending = true;
  interruptAll();
}

function endUnlessRunning(): void {
  if (running.size === 0) process.exit(1);
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let stopWatching: () => void = () => undefined;

function listen(): void {
  for (const signal of endings) process.on(signal, endAfterAll);
  const address = engineAddress();
  if (address !== undefined) stopWatching = watchEngine(address, endAfterAll);
}

function stopListening(): void {
  for (const signal of endings) process.off(signal, endAfterAll);
  stopWatching();
  // In a moment, so that the answer to the engine gets out if there still is one.
  if (ending) setTimeout(endUnlessRunning, 500);
}
