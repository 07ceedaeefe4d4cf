import { parentPort, workerData } from "node:worker_threads";
import { SqliteAnalytics } from "../analytics/store";
import type { Ask, Failure, Reply, Request, Start } from "./messages";
import { QueryRefusal } from "./refusal";
import { SqliteTelemetry } from "./store";

/** How often it is looked whether events are to go. */
const RETENTION_MS = 1000;

// The main of the thread that has the store: neither inserts nor queries hold up what the edge serves.
const { file, accountId, options, analytics: analyticsOptions } = workerData as Start;
const store = new SqliteTelemetry(file, options, Date.now, accountId);
const analytics = new SqliteAnalytics(analyticsOptions);
setTimeout(retain, RETENTION_MS);

/** Removes events a step at a time: whoever waits meanwhile has a turn between two of them. */
function retain(): void {
  if (hasMoreToRemove()) setImmediate(retain);
  else setTimeout(retain, RETENTION_MS);
}

function hasMoreToRemove(): boolean {
  try {
    return store.retain() || analytics.retain();
  } catch {
    // A full disk, say. What is recorded fails for the same reason, and that is told; this has time.
    return false;
  }
}

parentPort?.on("message", ({ id, ask }: Request) => {
  parentPort?.postMessage(replyTo(id, ask));
});

function replyTo(id: number, ask: Ask): Reply {
  try {
    return { id, result: answer(ask) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

function answer(ask: Ask): unknown {
  switch (ask.call) {
    case "record":
      store.record(ask.events);
      return undefined;
    case "query":
      return store.query(ask.body);
    case "keys":
      return store.keys(ask.body);
    case "values":
      return store.values(ask.body);
    case "tally":
      analytics.record(ask.tallies);
      return undefined;
    case "analytics":
      return analytics.query(ask.query);
    case "close":
      store.close();
      analytics.close();
      return undefined;
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  return error instanceof QueryRefusal
    ? { message, refusal: { status: error.status, body: error.body } }
    : { message };
}
