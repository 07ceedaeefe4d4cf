import type { Readable } from "node:stream";
import type { SharedOptions } from "miniflare";
import type { PrivateSockets } from "./private-sockets";
import { mark } from "./processes";
import { takeSpawned, type Workerd } from "./workerd";

/** What Miniflare is told for every process it starts, and who is told of the process. */
export function processOptions(
  sockets: PrivateSockets,
  onProcess: (workerd: Workerd) => void,
): SharedOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    unsafeRuntimeEnv: { ...mark(), ...sockets.environment },
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      onProcess(takeSpawned([stdout, stderr]));
    },
  };
}
