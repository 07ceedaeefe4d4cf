// A thread beside the tests: it goes on when they do not let go of their own.
import { workerData } from "node:worker_threads";
import { cpuMs } from "./watch";

const everyMs = 100;

/** A process that used less CPU time than this for so long waits in vain; the watcher itself uses a tenth of it. */
const idle = { cpuMs: 100, forMs: 5000 };

const limit = workerData as Float64Array;
let busy = { cpuMs: cpuMs(), at: Date.now() };

setInterval(() => {
  const used = cpuMs();
  if (used - busy.cpuMs >= idle.cpuMs) busy = { cpuMs: used, at: Date.now() };
  if (used > (limit[0] ?? 0) || Date.now() - busy.at > idle.forMs) process.kill(process.pid, "SIGKILL");
}, everyMs);
