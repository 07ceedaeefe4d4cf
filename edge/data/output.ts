import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

/** More than workerd says of a script that it does not take. */
const MOST_BYTES = 256 * 1024;

/**
 * Lets the output of a workerd go nowhere: a console line comes as telemetry too. Miniflare keeps what is said until a
 * script has started, for its message when it does not. That needs the beginning of `stderr` only, and a script can
 * log without end.
 */
export function discardOutput({ stdout, stderr }: ChildProcess, kept: readonly Readable[]): void {
  for (const stream of kept) stream.resume();
  stdout?.unpipe().resume();
  let bytes = 0;
  stderr?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) stderr.unpipe().resume();
  });
}
