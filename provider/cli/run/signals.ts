/** What asks a process to stop: a person at the terminal, whoever runs it, or the terminal that is closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Where signals come from. */
export interface Signalled {
  on(signal: (typeof signals)[number], listener: () => void): unknown;
  off(signal: (typeof signals)[number], listener: () => void): unknown;
}

/**
 * Runs `work` with a signal that aborts when the process is asked to stop. Asked once or more often, it goes on until
 * `work` has ended: traffic that is being put back is not left half way.
 *
 * @param onStop called each time
 */
export async function untilStopped<T>(
  work: (interruption: AbortSignal) => Promise<T>,
  onStop: () => void,
  process: Signalled,
): Promise<T> {
  const stop = new AbortController();
  const asked = (): void => {
    stop.abort();
    onStop();
  };
  for (const signal of signals) process.on(signal, asked);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, asked);
  }
}
