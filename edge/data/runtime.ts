import type { Miniflare, MiniflareOptions } from "miniflare";
import { withPrivateSockets, type PrivateSockets } from "./private-sockets";
import type { Scratch } from "./scratch";
import { watchSpawns } from "./workerd";

/** Miniflare, which runs workerd. It weighs 100 MB, so who only releases need not have it. */
export type Runtime = typeof import("miniflare");

const MISSING =
  "The local edge runs Workers in workerd through the package miniflare, which is not installed. " +
  "Install it next to pulumi-workers-release: npm install miniflare@4";

/** Loads Miniflare when the first edge starts. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("miniflare");
  } catch (error) {
    if (isMissing(error)) throw new Error(MISSING, { cause: error });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND") &&
    error.message.includes("'miniflare'")
  );
}

/**
 * Starts a Miniflare whose sockets are private, and that leaves signals alone: by itself it would end the process at
 * once, in the middle of whatever the edge's owner does to end well. What it started still ends with the process.
 */
export function startMiniflare(
  runtime: Runtime,
  scratch: Scratch,
  sockets: PrivateSockets,
  options: MiniflareOptions,
): Miniflare {
  const signals = ["SIGINT", "SIGTERM"] as const;
  watchSpawns();
  const owners = signals.flatMap((signal) => process.listeners(signal));
  const miniflare = scratch.lend(() =>
    withPrivateSockets(runtime, sockets, () => new runtime.Miniflare(options)),
  );
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!owners.includes(listener)) process.off(signal, listener);
    }
  }
  return miniflare;
}

/** The newest compatibility date that this workerd runs. */
export function newestDate(runtime: Runtime): string {
  // Its successor is said to be today's date, but workerd refuses dates more than a week past its own.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return runtime.supportedCompatibilityDate;
}
