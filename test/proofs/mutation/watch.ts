import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { join } from "node:path";

/** A process that waits for so many seconds on end, and does nothing else, waits in vain: tests have virtual time. */
const idleSeconds = 5;

/** The share of its time that a process works which is counted as waiting. */
const idleShare = 0.02;

/** The CPU time that this process has used, in milliseconds. Other processes on the machine do not count. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Ends this process with SIGKILL as soon as it has used more CPU time than it may from now on, or has waited for
 * seconds. Call the result to set another bound, from then on.
 */
export function watch(boundMs: number): (boundMs: number) => void {
  const limit = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const allow = (ms: number): void => {
    limit[0] = cpuMs() + ms;
  };
  allow(boundMs);
  new Worker(join(__dirname, "watcher.ts"), { workerData: limit }).unref();
  endWhenIdle();
  return allow;
}

/** On a busy machine, a process that would like to work and gets no turn is not idle. */
function endWhenIdle(): void {
  let before = performance.eventLoopUtilization();
  let seconds = 0;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    seconds = utilization < idleShare ? seconds + 1 : 0;
    if (seconds >= idleSeconds) process.kill(process.pid, "SIGKILL");
  }, 1000);
}
