import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";

/** A server on this machine's loopback, which nobody else reaches. */
export interface LoopbackServer {
  /** The addresses it answers at, the one to print first. */
  readonly origins: readonly string[];
  /** Sets who answers. Until then nobody does. */
  serve(handle: (request: Request) => Promise<Response>): void;
  /** Stops listening, and ends the connections that are open. */
  close(): Promise<void>;
}

/**
 * Listens on loopback.
 *
 * @param port 0 for a free one
 * @throws Error when the port is taken
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  let answer: (request: Request) => Promise<Response> = () =>
    Promise.resolve(new Response(null, { status: 503 }));
  const listener = getRequestListener((request) => answer(request), { overrideGlobalObjects: false });
  const server = createServer((request, response) => void listener(request, response));
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`The dashboard cannot listen on 127.0.0.1:${port}: ${reason(error)}`, { cause: error });
  }
  const { port: given } = server.address() as AddressInfo;
  return {
    origins: [`http://127.0.0.1:${given}`, `http://localhost:${given}`],
    serve: (handle) => {
      answer = handle;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "the port is in use. Choose another with --port, or 0 for a free one.";
  return code === "EACCES" ? "this user may not. Choose a port above 1023 with --port." : message;
}
