import { openApi } from "../../cloudflare/checks/api";
import { byHand, removeTestWorker } from "../../cloudflare/checks/trial/remove";
import type { Connection } from "../../cloudflare/client";
import { timeUntil } from "./time";
import { remark } from "../say";

/** As a shell ends what Ctrl-C has ended. */
const interrupted = 130;
/** Requests that deleting may take, besides those of the examination. */
const budget = 20;

/** Where the test Worker is, and its name. */
export interface Place {
  readonly connection: Connection;
  readonly accountId: string;
  readonly name: string;
}

/**
 * Carries out `work`, and deletes the test Worker whatever happens: at its end, when it fails, and at Ctrl-C, which
 * aborts `stop`. Undefined when it was stopped.
 */
export async function withTestWorker<T>(
  place: Place,
  stop: AbortController,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const unheed = heedSignals(place.name, stop);
  console.error(`Creating the test Worker ${place.name}; it is deleted at the end, and at Ctrl-C.`);
  try {
    return await work();
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = interrupted;
    return undefined;
  } finally {
    await remove(place);
    unheed();
  }
}

/** Returns what ends it. */
function heedSignals(name: string, stop: AbortController): () => void {
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      // The second time, somebody does not want to wait for the deletion either.
      console.error(`\n${byHand(name)}`);
      process.exit(interrupted);
    }
    console.error(`\nStopped. Deleting the test Worker ${name} …`);
    stop.abort(new Error("The doctor was stopped."));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** With a budget and a signal of its own: those of the examination may be spent. */
async function remove({ connection, accountId, name }: Place): Promise<void> {
  const api = openApi(connection, { accountId, budget, signal: new AbortController().signal });
  try {
    await removeTestWorker(api, name, timeUntil());
    console.error(`The test Worker ${name} is deleted.`);
  } catch (error) {
    // What was found is still to be reported.
    remark(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
