import { subscribe } from "node:diagnostics_channel";
import { z } from "zod";

// On the first Ctrl-C the engine calls `Cancel` of every provider, and waits without limit for what they are doing. The
// dynamic provider of @pulumi/pulumi answers that call and tells nobody. But Node says of every call that comes in over
// HTTP/2, which is what gRPC speaks, where it goes. Only a person's wish to stop makes the engine call it; the failure
// of another resource does not.

const channel = "http2.server.stream.created";
const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

const incoming = z.object({ headers: z.object({ ":path": z.string() }) });

/** Calls `cancelled` when the engine asks its providers to stop. It takes Node 22.17 or newer. */
export function onCancel(cancelled: () => void): void {
  subscribe(channel, (message) => {
    const { data } = incoming.safeParse(message);
    if (data?.headers[":path"] === cancelPath) cancelled();
  });
}
