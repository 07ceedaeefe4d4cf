import { createRequire } from "node:module";
import type { EngineClient as EngineClientType } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { Progress } from "../rollout/ports";
import { harmlessLines } from "../shown";
import { engineAddress } from "./engineAddress";
import { isLiveScreen } from "./screen";

// The client must be built with the gRPC library that @pulumi/pulumi itself uses, which is a dependency of its, not ours.
const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi/package.json"));

/**
 * Tells what a release does in the Info column of `pulumi up`, at the resource itself. Without an engine to tell, or
 * when it does not listen, nothing is told: a release never fails because of its narration.
 *
 * @param urn the resource; undefined where it is not known
 */
export function engineProgress(urn: string | undefined): Progress {
  const log = engineLog(urn);
  const progress: Progress = {
    status: (line) => {
      log(line, true);
    },
    event: (line) => {
      log(line, false);
    },
  };
  return isLiveScreen(process.env) ? progress : printedProgress(progress, () => Date.now());
}

/** How long a log is quiet about what is so at the moment: soon after a change little, then enough to see that it goes on. */
const quietMs = { first: 1000, longest: 60_000 };

/**
 * The same where each line is printed below the others: what is so at the moment is told after whatever has happened,
 * then after pauses that double, and in the end once a minute.
 */
export function printedProgress(progress: Progress, now: () => number): Progress {
  let toldAt = -Infinity;
  let pauseMs = 0;
  return {
    status(line) {
      if (now() - toldAt < pauseMs) return;
      toldAt = now();
      pauseMs = Math.min(Math.max(quietMs.first, 2 * pauseMs), quietMs.longest);
      progress.status(line);
    },
    event(line) {
      pauseMs = 0;
      progress.event(line);
    },
  };
}

function engineLog(urn: string | undefined): (line: string, ephemeral: boolean) => void {
  const address = engineAddress();
  if (urn === undefined || address === undefined) return () => undefined;
  const { EngineClient } = pulumiRequire("./proto/engine_grpc_pb") as {
    EngineClient: typeof EngineClientType;
  };
  const { LogRequest, LogSeverity } = pulumiRequire(
    "./proto/engine_pb",
  ) as typeof import("@pulumi/pulumi/proto/engine_pb");
  const { credentials } = pulumiRequire("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  const client = new EngineClient(address, credentials.createInsecure());
  return (line, ephemeral) => {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(harmlessLines(line));
    request.setEphemeral(ephemeral);
    client.log(request, () => undefined);
  };
}
