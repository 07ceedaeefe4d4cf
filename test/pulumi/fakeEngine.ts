import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";

/** What a provider sees of an engine: a server that speaks HTTP/2. */
export interface FakeEngine {
  /** As the engine tells a provider. */
  readonly address: string;
  /** Resolves when somebody has connected and spoken HTTP/2. */
  readonly connected: Promise<void>;
  /** Ends it and all its connections, as the kernel does when a process is killed. Nothing happens a second time. */
  die(): Promise<void>;
}

/** An engine at `host`, as it is written in an address; at a free port unless one is given. */
export async function fakeEngine(host = "127.0.0.1", port = 0): Promise<FakeEngine> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  const connected = new Promise<void>((resolve) => {
    server.on("session", (session) => {
      sessions.add(session);
      session.once("remoteSettings", () => {
        resolve();
      });
    });
  });
  server.listen(port, host.replace(/[[\]]/g, ""));
  await once(server, "listening");
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    connected,
    async die() {
      if (!server.listening) return;
      server.close();
      for (const session of sessions) session.destroy();
      await once(server, "close");
    },
  };
}
