import { openTelemetry } from "../../edge/telemetry";
import { eventAt, noTruth } from "./traffic";

const BATCHES = 200;
const BATCH = 400;

/** What recording costs the thread that serves requests, in microseconds an event: the store has its own. */
export async function handOver(): Promise<number> {
  const store = openTelemetry(undefined, "bench");
  const truth = noTruth();
  let milliseconds = 0;
  for (let i = 0; i < BATCHES; i++) {
    const batch = Array.from({ length: BATCH }, (_, j) => eventAt(i * BATCH + j, BATCHES * BATCH, truth));
    const started = performance.now();
    store.record(batch);
    milliseconds += performance.now() - started;
  }
  await store.close();
  return (milliseconds * 1000) / (BATCHES * BATCH);
}
