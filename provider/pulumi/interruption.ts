import { onCancel } from "./cancellation";
import { engineAddress } from "./engineAddress";
import { deathOf } from "./engineDeath";

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
 * - by its death: see {@link deathOf};
 * - or when this process itself gets SIGTERM or SIGHUP.
 *
 * The engine also sends SIGINT at every normal shutdown. Then no release is running, and the process ends at once.
 *
 * @returns what `work` returns: an interruption only asks it to come to an end
 */
export async function interruptible<T>(work: (interruption: AbortSignal) => Promise<T>): Promise<T> {
  listen();
  const release = new AbortController();
  if (cancelled || ending) release.abort();
  running.add(release);
  try {
    return await work(release.signal);
  } finally {
    running.delete(release);
    // In a moment, so that the answer to the engine gets out if there still is one.
    if (ending) setTimeout(endUnlessRunning, 500);
  }
}

function interruptAll(): void {
  for (const release of running) release.abort();
}

/** The engine is gone or wants this process gone. */
function endAfterAll(): void {
  ending = true;
  interruptAll();
  endUnlessRunning();
}

function endUnlessRunning(): void {
  if (running.size === 0) process.exit(1);
}

let listening = false;

/** Listens from the first release on, and for good: a signal that comes while its listener is removed would be lost. */
function listen(): void {
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, endAfterAll);
  const address = engineAddress();
  if (address !== undefined) void deathOf(address).then(endAfterAll);
}
