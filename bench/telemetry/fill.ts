import { statSync } from "node:fs";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import { eventAt, noTruth, type Truth } from "./traffic";

/** As many events as a busy version's tail worker sends at once. */
const BATCH = 500;

/** What filling a store took. */
export interface Filling {
  readonly truth: Truth;
  readonly microsecondsPerEvent: number;
  readonly fileBytes: number;
  readonly residentBytes: number;
}

/** Records `count` events into a new file; only the recording is timed, not the making of events. */
export function fill(file: string, count: number): Filling {
  const store = new SqliteTelemetry(file, { keepEvents: count });
  const truth = noTruth();
  let milliseconds = 0;
  for (let i = 0; i < count; i += BATCH) {
    const length = Math.min(BATCH, count - i);
    const batch = Array.from({ length }, (_, j) => eventAt(i + j, count, truth));
    const started = performance.now();
    store.record(batch);
    milliseconds += performance.now() - started;
  }
  const residentBytes = process.memoryUsage().rss;
  store.close();
  const fileBytes = statSync(file).size;
  return { truth, microsecondsPerEvent: (milliseconds * 1000) / count, fileBytes, residentBytes };
}
