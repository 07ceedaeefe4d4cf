import { Worker } from "node:worker_threads";
import { join } from "node:path";

/** The CPU time that this process has used, in milliseconds. Other processes on the machine do not count. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Ends this process with SIGKILL as soon as it has used more CPU time than it may from now on, or next to none for
 * seconds: then it waits for something that never comes. Call the result to set another bound, from then on.
 */
export function watch(boundMs: number): (boundMs: number) => void {
  const limit = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const allow = (ms: number): void => {
    limit[0] = cpuMs() + ms;
  };
  allow(boundMs);
  new Worker(join(__dirname, "watcher.ts"), { workerData: limit }).unref();
  return allow;
}
