import type { Interruption } from "../rollout/ports";

/** An interruption and the way to ask for it. */
export interface Stoppable extends Interruption {
  request(): void;
}

/** An interruption that nobody has asked for yet. */
export function stoppable(): Stoppable {
  let requested = false;
  let resolve: () => void = () => undefined;
  const happened = new Promise<void>((settle) => {
    resolve = settle;
  });
  return {
    get requested() {
      return requested;
    },
    happened,
    request() {
      requested = true;
      resolve();
    },
  };
}

/** The releases of this process; one process may run several. */
const running = new Set<Stoppable>();

/**
 * Runs `work` so that what ends this process interrupts it first:
 * - a second Ctrl-C, where the engine sends SIGINT and kills the process 5 seconds later;
 * - the death of the engine, which orphans this process and closes its standard input.
 *
 * The engine also sends SIGINT at every normal shutdown. Then no release is running, so nothing listens and the process
 * ends as any other.
 */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const interruption = stoppable();
  if (running.size === 0) listen();
  running.add(interruption);
  try {
    return await work(interruption);
  } finally {
    running.delete(interruption);
    if (running.size === 0) stopListening();
  }
}

function interruptAll(): void {
  for (const interruption of running) interruption.request();
}

function listen(): void {
  process.on("SIGINT", interruptAll);
  process.on("SIGTERM", interruptAll);
  process.stdin.on("end", interruptAll);
  process.stdin.on("close", interruptAll);
  process.stdin.resume();
}

function stopListening(): void {
  process.off("SIGINT", interruptAll);
  process.off("SIGTERM", interruptAll);
  process.stdin.off("end", interruptAll);
  process.stdin.off("close", interruptAll);
  // An open standard input would keep the process alive.
  process.stdin.pause();
}
