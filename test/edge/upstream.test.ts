import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { UpstreamAgent } from "../../edge/data/upstream";

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
