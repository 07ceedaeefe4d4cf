import { watchCancel } from "./cancellation";

/** The releases of this process; one process may run several. */
const running = new Set<AbortController>();

/**
 * Runs `work` so that what stops `pulumi up` interrupts it:
 * - a first Ctrl-C, where the engine tells its providers so;
 * - a second Ctrl-C, where the engine sends SIGINT and kills the process 5 seconds later;
 * - the death of the engine, which hands this process to another parent (not so on Windows).
 *
 * The engine also sends SIGINT at every normal shutdown. Then no release is running, so nothing listens and the process
 * ends as any other.
 */
export async function interruptible<T>(work: (interruption: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  if (running.size === 0) listen();
  running.add(interruption);
  try {
    return await work(interruption.signal);
  } finally {
    running.delete(interruption);
    if (running.size === 0) stopListening();
  }
}

function interruptAll(): void {
  for (const interruption of running) interruption.abort();
}

let ending = false;

/** The engine is gone or wants this process gone: once the releases have ended, so must this process. */
function endAfterAll(): void {
  ending = true;
  interruptAll();
}

/** The engine, which starts this process. */
const parent = process.ppid;

let stopListening: () => void = () => undefined;

function listen(): void {
  const stopWatching = watchCancel(interruptAll);
  process.on("SIGINT", endAfterAll);
  process.on("SIGTERM", endAfterAll);
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) endAfterAll();
  }, 500);
  stopListening = () => {
    stopWatching();
    process.off("SIGINT", endAfterAll);
    process.off("SIGTERM", endAfterAll);
    clearInterval(orphaned);
    // In a moment, so that the answer to the engine gets out if there still is one.
    if (ending) setTimeout(() => process.exit(1), 500);
  };
}
