import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { start, type Running } from "../../cli/command";
import { edgeFrom } from "../../cli/printed";
import { listenersOf, type Listeners } from "../listeners";
import { ask, call, goLive, type Ask, type EdgeAddress } from "../support";

const WORKER = `
export class Room {
  async fetch() { return new Response("room"); }
}
export default {
  async fetch(request, env) {
    await env.KV.put("key", "kept");
    const room = await env.ROOM.get(env.ROOM.idFromName("one")).fetch(request);
    return new Response((await room.text()) + " " + (await env.KV.get("key")));
  },
  scheduled() { console.log("ran"); },
};`;

const BINDINGS = {
  bindings: [
    { type: "kv_namespace", name: "KV", namespace_id: "0".repeat(32) },
    { type: "durable_object_namespace", name: "ROOM", class_name: "Room" },
  ],
  migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
};

/** What the servers of Miniflare and workerd answer at, beside the API's own. */
const PATHS = [
  ...["/", "/core/store-temp-file?extension=x", "/core/log", "/core/error", "/core/public-url"],
  ...["/core/dev-registry", "/core/do-storage/x", "/core/workflow-storage/x", "/browser/launch"],
  ...["/browser/sessionIds", "/cdn-cgi/mf/scheduled", "/cdn-cgi/handler/scheduled", "/cdn-cgi/explorer"],
  ...["/cdn-cgi/platform-proxy", "/cdn-cgi/mf/reload", "/__edge/faults", "/__edge", "/metrics", "/json"],
  ...["/client/v4", "/client/v4/user/tokens/verify", "/client/v4/accounts", "/client/v4/graphql"],
];

interface Sent extends Ask {
  readonly socketPath?: string;
}

function send(
  edge: EdgeAddress,
  { body, socketPath, ...options }: Sent,
): Promise<{ status: number; text: string; cors: unknown }> {
  const where = socketPath === undefined ? { host: "127.0.0.1", port: edge.port } : { socketPath };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...where, agent: false, ...options }, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((said) => {
        resolve({ status, text: said, cors: headers["access-control-allow-origin"] });
      }, reject);
    });
    request.on("error", reject).end(body);
  });
}

describe("the doors of an edge that runs Workers", function () {
  this.timeout(180_000);
  let command: Running;
  let edge: EdgeAddress;
  let listeners: Listeners;
  before(async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell who listens
    command = start(["edge", "--port", "0", "--no-realistic", "--allow-stubs"]);
    edge = edgeFrom(await command.lines(4));
    await goLive(edge, "doors", WORKER, BINDINGS);
    assert.equal((await ask(edge, "doors")).body, "room kept");
    listeners = listenersOf(command.process.pid ?? 0);
  });
  after(async () => {
    if (process.platform !== "linux") return;
    command.process.kill("SIGTERM");
    await command.ended;
  });

  it("are one port, on loopback, and sockets in folders that only the edge's user may enter", () => {
    assert.deepEqual(listeners.ports, [`tcp 127.0.0.1:${edge.port}`]);
    assert.ok(listeners.paths.length >= 9, String(listeners.paths));
    for (const path of listeners.paths) {
      const { mode, uid } = statSync(dirname(path));
      assert.deepEqual([path, mode & 0o777, uid], [path, 0o700, process.getuid?.()]);
    }
  });

  it("do nothing for whoever has no token", async () => {
    for (const path of PATHS)
      for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
        for (const authorization of [undefined, "Bearer wrong", "Basic d3Jvbmc6"]) {
          const headers = authorization === undefined ? {} : { authorization };
          const { status, text: said, cors } = await send(edge, { path, method, headers });
          assert.ok([400, 401, 403, 404, 405].includes(status), `${method} ${path}: ${status} ${said}`);
          assert.equal(cors, undefined);
          assert.ok(!said.includes(edge.token));
        }
  });

  it("do not answer to names that a web page could have resolved to this machine", async () => {
    const names = [
      "evil.example",
      "127.0.0.1.evil.example",
      "doors.local.localhost.evil.example",
      "0.0.0.0",
      "[::]",
    ];
    for (const name of [...names, "", "local.localhost"])
      for (const path of PATHS) {
        const headers = { host: `${name}:${edge.port}`, authorization: `Bearer ${edge.token}` };
        assert.equal((await send(edge, { path, headers })).status, 421, `${name} ${path}`);
      }
  });

  it("let no page of another site set faults, upload code or read an answer", async () => {
    const origin = "http://evil.example";
    const page = { origin, "sec-fetch-site": "cross-site", "content-type": "text/plain" };
    for (const path of ["/__edge/faults", `/client/v4/accounts/${edge.accountId}/workers/scripts/doors`]) {
      const asked = {
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization",
      };
      const preflight = await send(edge, { path, method: "OPTIONS", headers: { origin, ...asked } });
      assert.ok(preflight.status >= 400 && preflight.cors === undefined, `${path}: ${preflight.status}`);
      const simple = await send(edge, { path, method: "POST", headers: page, body: "{}" });
      assert.ok([401, 403].includes(simple.status), `${path}: ${simple.status}`);
    }
    const host = `doors.${edge.subdomain}.localhost:${edge.port}`;
    const handler = { path: "/cdn-cgi/handler/scheduled", method: "POST", headers: { ...page, host } };
    assert.equal((await send(edge, handler)).status, 403);
  });

  it("are no proxy", async () => {
    const socket = createConnection(edge.port, "127.0.0.1");
    socket.end(`CONNECT 127.0.0.1:${edge.port} HTTP/1.1\r\nhost: 127.0.0.1:${edge.port}\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 400 /);
    assert.equal((await send(edge, { path: `${edge.baseUrl}/user`, headers: {} })).status, 400);
  });

  it("lead to no server that writes files, not even for the edge's own user", async () => {
    const servers = listeners.paths.filter((path) => /\/[0-9a-f]{12}s$/.test(path));
    assert.equal(servers.length, 3);
    for (const socketPath of servers)
      for (const path of PATHS.filter((path) => path.startsWith("/core") || path.startsWith("/browser"))) {
        const folder = dirname(socketPath);
        const before = readdirSync(folder, { recursive: true });
        assert.equal((await send(edge, { socketPath, path, method: "POST", body: "x" })).status, 404, path);
        assert.deepEqual(readdirSync(folder, { recursive: true }), before);
      }
  });

  it("still let in who has the token", async () => {
    assert.equal((await call(edge, "/user/tokens/verify")).status, 200);
  });
});
