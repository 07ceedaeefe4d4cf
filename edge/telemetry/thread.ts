import { parentPort, workerData } from "node:worker_threads";
import { ApiError } from "../api/error";
import type { Ask, Failure, Reply, Request } from "./messages";
import { SqliteTelemetry } from "./store";

// The main of the thread that has the store: neither inserts nor queries hold up what the edge serves.
const store = new SqliteTelemetry(String(workerData));

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
      return store.query(ask.body, ask.caller);
    case "keys":
      return store.keys(ask.body);
    case "values":
      return store.values(ask.body);
    case "close":
      store.close();
      return undefined;
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  return error instanceof ApiError
    ? { message, refusal: { status: error.status, code: error.code } }
    : { message };
}
