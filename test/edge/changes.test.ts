import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { addVersion, ask, deploy, goLive, invocationsOf, until, useEdge } from "./support";
import { workerdOf } from "./processes";

/** Answers slowly enough that a change finds requests in the middle, and echoes over a WebSocket. */
function working(word: string): string {
  return `export default { async fetch(request) {
    if (request.headers.get("upgrade") === "websocket") {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", () => { server.send(${JSON.stringify(word)}); });
      return new Response(null, { status: 101, webSocket: client });
    }
    await scheduler.wait(20);
    return new Response(${JSON.stringify(word)});
  } };`;
}

const CLIENTS = 32;
const CHANGES = [10, 50, 90, 100, 0, 100, 50, 0];

describe("changes of the deployment under load", () => {
  const started = useEdge();

  it("lose no request, reset no connection, and leave WebSockets with their version", async () => {
    const { edge } = started;
    const one = await goLive(edge, "load", working("one"));
    const two = await addVersion(edge, "load", working("two"));
    const host = `load.local.localhost:${edge.port}`;
    const agent = new CountingAgent();
    const seen = { one: 0, two: 0 };
    let isOver = false;

    const client = async (): Promise<void> => {
      while (!isOver) {
        const request = httpRequest({ host: "127.0.0.1", port: edge.port, agent, headers: { host } }).end();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        const body = await text(response);
        assert.equal(response.statusCode, 200, body);
        assert.ok(body === "one" || body === "two", body);
        seen[body]++;
      }
    };
    const socketOf = async (word: string): Promise<() => Promise<void>> => {
      const version = word === "one" ? one : two;
      const headers = { host, "cloudflare-workers-version-overrides": `load="${version}"` };
      const socket = new WebSocket(`ws://127.0.0.1:${edge.port}/`, { headers });
      await once(socket, "open");
      return async () => {
        socket.send("who");
        const [answer] = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
        assert.equal(answer.toString(), word);
      };
    };

    await deploy(edge, "load", { [one]: 100, [two]: 0 });
    const sockets = await Promise.all(["one", "two", "one", "two"].map(socketOf));
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    try {
      for (const share of CHANGES) {
        const before = seen.one + seen.two;
        await deploy(edge, "load", { [one]: 100 - share, [two]: share });
        await Promise.race([
          clients,
          until("requests", () => seen.one + seen.two > before + 200 || undefined),
        ]);
        await Promise.all(sockets.map((echo) => echo()));
      }
    } finally {
      isOver = true;
    }
    await clients;
    assert.ok(seen.one > 0 && seen.two > 0);
    assert.equal(agent.opened, CLIENTS);
    agent.destroy();
  }).timeout(90_000);
});

/** Counts connections: one that is closed by the other side is replaced, and shows here. */
class CountingAgent extends Agent {
  opened = 0;

  constructor() {
    super({ keepAlive: true, maxSockets: CLIENTS });
  }

  override createConnection(options: { port: number; host: string }): ReturnType<typeof connect> {
    this.opened++;
    return connect(options);
  }
}

describe("a version whose process ends", () => {
  const started = useEdge();

  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell which process to end
  });

  it("gets again, in its next process, what the last one never heard of, and nothing else", async () => {
    const { edge } = started;
    await goLive(
      edge,
      "gone",
      `export default { async fetch(request) { return new Response("hello " + (await request.text()).length); } };`,
    );
    const [pid] = workerdOf(process.pid);
    assert.ok(pid !== undefined);
    // Some of the connections that the edge keeps to the version are to die under it.
    await Promise.all(Array.from({ length: 5 }, () => ask(edge, "gone", { path: "/before" })));

    // A process that is stopped reads nothing any more, while the system goes on taking connections for it.
    process.kill(pid, "SIGSTOP");
    const asked = ["GET", "POST", "HEAD", "DELETE", "GET", "GET", "POST", "GET"].map((method) =>
      ask(edge, "gone", { method, path: "/unheard" }),
    );
    const host = `gone.local.localhost:${edge.port}`;
    const upload = httpRequest({
      host: "127.0.0.1",
      port: edge.port,
      method: "POST",
      path: "/half",
      headers: { host },
    });
    const answered = once(upload, "response") as Promise<[IncomingMessage]>;
    // What the client cannot get rid of any more has filled the edge: it has begun to send the body on.
    while (upload.write(Buffer.alloc(1_000_000)) || (await isTaken(upload)));
    process.kill(pid, "SIGKILL");

    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200]));
    const [response] = await answered;
    assert.equal(response.statusCode, 500);
    assert.match(await text(response), /Error 1101/);
    upload.destroy();

    const rows = await until("a row for each request", async () => {
      const found = await invocationsOf(edge, "gone");
      return found.length >= asked.length + 6 ? found : undefined;
    });
    const outcomesOf = (path: string): string[] =>
      rows.filter((row) => row.$workers.event?.path === path).map(({ $workers }) => $workers.outcome);
    assert.deepEqual(outcomesOf("/unheard"), Array(asked.length).fill("ok"));
    assert.deepEqual(outcomesOf("/half"), ["exception"]);
  }).timeout(60_000);

  async function isTaken(upload: ReturnType<typeof httpRequest>): Promise<boolean> {
    const signal = AbortSignal.timeout(500);
    return once(upload, "drain", { signal }).then(
      () => true,
      () => false,
    );
  }
});
