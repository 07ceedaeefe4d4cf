import { constants } from "node:os";

export const endings = ["SIGINT", "SIGTERM", "SIGHUP"];

const controller = new AbortController();

/** Aborts at the first signal that asks us to end, so that whoever works can clean up instead of just dying. */
export const interruption = controller.signal;

export function heedSignals() {
  for (const signal of endings) process.on(signal, () => controller.abort(new Interrupted(signal)));
}

export class Interrupted extends Error {
  constructor(signal) {
    super("interrupted");
    this.exitCode = exitCodeOf(signal);
  }
}

/** What a shell says of a command that a signal ended. */
export function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}
