import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Score } from "./measure";

/** What every case is measured with. */
export interface Task {
  readonly runs: number;
  readonly seed: string;
}

/**
 * Measures the cases with these indexes on all cores. Each run has a seed of its own, so it does not matter who
 * measures what.
 */
export async function measureAll(indexes: readonly number[], task: Task): Promise<Map<number, Score[]>> {
  const scores = new Map<number, Score[]>();
  const left = indexes.values();
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(left, task, scores)));
  return scores;
}

/** Takes one case after the other from those that are left. */
async function work(left: Iterator<number>, task: Task, scores: Map<number, Score[]>): Promise<void> {
  const worker = new Worker(join(__dirname, "worker.ts"), {
    workerData: task,
    execArgv: ["-r", "ts-node/register/transpile-only"],
  });
  for (let next = left.next(); next.done !== true; next = left.next()) {
    worker.postMessage(next.value);
    const [answer] = (await once(worker, "message")) as [Score[]];
    scores.set(next.value, answer);
  }
  await worker.terminate();
}
