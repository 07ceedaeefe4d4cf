import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Collector } from "../../edge/data/collector";
import { deliver } from "../../edge/data/deliver";
import type { Dispatcher } from "../../edge/data/dispatcher";
import { Front } from "../../edge/data/front";
import type { Instance } from "../../edge/data/instance";
import type { Instances } from "../../edge/data/instances";
import { Invocations } from "../../edge/data/invocations";
import { Locations } from "../../edge/data/locations";
import type { RoutingTable } from "../../edge/data/routes";
import { FreshAgent, UpstreamAgent } from "../../edge/data/upstream";
import { Door } from "../../edge/storage/door";
import type { State } from "../../edge/state";
import { isWebSocket, responseOn } from "../../edge/upgrade";

describe("the connections to a version's process", () => {
  const idleMs = 1000;
  let connections = 0;
  const server = createServer((_request, response) => response.end("ok"));
  server.on("connection", () => (connections += 1));
  const agent = new UpstreamAgent(idleMs);
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    agent.destroy();
    server.close();
  });

  async function ask(): Promise<void> {
    const { port } = server.address() as AddressInfo;
    const asked = httpRequest({ host: "127.0.0.1", port, agent }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    await once(answer.resume(), "close");
  }

  it("are used again while they are fresh, and not when this process was held up for too long to see them age", async () => {
    await ask();
    await ask();
    assert.equal(connections, 1);
    const until = performance.now() + 1.1 * idleMs;
    while (performance.now() < until);
    await ask();
    assert.equal(connections, 2);
  });
});

/**
 * Stands for a process that answers the first request on a connection and closes the connection when it has read the
 * next one: nobody can tell whether that one was heard. It says `{"outcome":"ok"}` to everybody.
 */
class Leaver {
  answered = 0;
  readonly server: Server = createNetServer((socket) => {
    this.serve(socket);
  });

  private serve(socket: Socket): void {
    let asked = 0;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const head = bytes.toString("latin1");
      if (!/^[A-Z]+ .* HTTP\/1\.1\r\n/.test(head)) return;
      asked += 1;
      if (asked === 1) this.answer(socket, head);
      else socket.end();
    });
  }

  private answer(socket: Socket, head: string): void {
    this.answered += 1;
    const status = /\r\nupgrade:/i.test(head) ? "101 Switching Protocols" : "200 OK";
    const [headers, body] = status.startsWith("101")
      ? ["Connection: Upgrade\r\nUpgrade: websocket", ""]
      : ["Content-Length: 16", head.startsWith("HEAD") ? "" : '{"outcome":"ok"}'];
    socket.write(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
  }
}

async function listening(
  server: Server,
  where: { host: string; port: number } | { path: string },
): Promise<void> {
  server.listen(where);
  await once(server, "listening");
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

describe("a kept connection that is closed when the next request is sent on it", () => {
  const version = new Leaver();
  const folder = mkdtempSync(join(tmpdir(), "edge-upstream-"));
  const at = { host: "127.0.0.1", port: 0 };
  const instance = {
    ...{ address: at, tail: at, agent: new UpstreamAgent(), freshAgent: new FreshAgent() },
    version: { id: "version" },
    invocations: new Invocations({ read: () => 0, close: () => undefined }),
    workerd: { isRunning: true, endWithin: () => Promise.resolve() },
  } as unknown as Instance;
  const front = new Front(
    {} as unknown as State,
    { find: () => ROUTE, split: () => SPLIT, locations: new Locations() } as unknown as RoutingTable,
    { ready: () => instance } as unknown as Instances,
    { onCanceled: () => undefined } as unknown as Collector,
    {} as unknown as Dispatcher,
  );
  const edge = createServer((request, response) => {
    front.handle({ scriptName: "script", by: "subdomain" }, request, response);
  }).on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    assert.ok(isWebSocket(request));
    front.handle({ scriptName: "script", by: "subdomain" }, request, responseOn(socket, request), {
      socket,
      head,
    });
  });

  before(async () => {
    await Promise.all([listening(version.server, at), listening(edge, at)]);
    at.port = portOf(version.server);
  });
  after(() => {
    instance.agent.destroy();
    edge.close();
    edge.closeAllConnections();
    version.server.close();
    rmSync(folder, { recursive: true });
  });

  const headers = { "content-type": "text/plain" };
  const WEBSOCKET = { connection: "Upgrade", upgrade: "websocket" };
  const requests: [what: string, method: string, headers: Record<string, string>, body?: string][] = [
    ["GET", "GET", {}],
    ["HEAD", "HEAD", {}],
    ["OPTIONS", "OPTIONS", {}],
    ["PUT without a body", "PUT", { "content-length": "0" }],
    ["PUT with a body", "PUT", headers, "body"],
    ["DELETE without a body", "DELETE", {}],
    ["DELETE with a body", "DELETE", { "content-length": "4" }, "body"],
    ["POST without a body", "POST", { "content-length": "0" }],
    ["POST with a body", "POST", headers, "body"],
    ["POST whose body is chunked and has not begun", "POST", { "transfer-encoding": "chunked" }],
    ["PATCH with a body", "PATCH", headers, "body"],
    ["WebSocket", "GET", WEBSOCKET],
  ];
  for (const [what, method, headers, body] of requests) {
    it(`costs nobody an answer: ${what}`, async () => {
      await send("GET", {});
      const before = version.answered;
      assert.equal(await send(method, headers, body), headers === WEBSOCKET ? 101 : 200);
      assert.equal(version.answered, before + 1, "answered once");
    });
  }

  /** Sends the headers, and the body if there is one, and returns the status. */
  async function send(method: string, headers: Record<string, string>, body?: string): Promise<number> {
    const request = httpRequest({ ...at, port: portOf(edge), method, headers, agent: false });
    request.on("error", () => undefined);
    if (headers["transfer-encoding"] === undefined) request.end(body);
    else request.flushHeaders();
    const answered = new Promise<number>((resolve) => {
      request.once("response", ({ statusCode = 0 }) => {
        resolve(statusCode);
      });
      request.once("upgrade", (_answer, socket: Socket) => {
        socket.destroy();
        resolve(101);
      });
    });
    return answered.finally(() => request.destroy());
  }

  it("costs no cron its call", async () => {
    const cron = { eventType: "scheduled", cron: "* * * * *", scheduledTimeMs: 0 } as const;
    for (const ray of ["first", "second"]) {
      const result = await deliver(instance, { ray, colo: "LOC", isObserved: false, attempt: 0 }, cron);
      assert.deepEqual(result, { outcome: "ok" });
    }
  });

  it("costs no call of a store or an object", async () => {
    const [inner, outer] = [join(folder, "inner"), join(folder, "outer")];
    const state = new Leaver();
    await listening(state.server, { path: inner });
    const door = new Door(outer, () => Promise.resolve(inner));
    for (let call = 0; call < 3; call += 1) {
      const asked = httpRequest({ socketPath: outer, method: "POST", agent: false }).end("query");
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      assert.equal(await text(answer), '{"outcome":"ok"}');
    }
    door.close();
    state.server.close();
  });
});

const ROUTE = {
  scriptName: "script",
  subdomainEnabled: true,
  observability: { enabled: false },
};
const SPLIT = [{ versionId: "version", percentage: 100 }];
