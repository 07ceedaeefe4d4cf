import { parentPort, workerData } from "node:worker_threads";
import { cases } from "./cases";
import { measure } from "./measure";
import type { Task } from "./pool";

const { runs, seed } = workerData as Task;

parentPort?.on("message", (index: number) => {
  const one = cases[index];
  parentPort?.postMessage(one === undefined ? [] : measure(one, runs, seed));
});
