import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { listenOnLoopback } from "../../provider/cli/dashboard/server";

describe("the dashboard's server", () => {
  it("answers on loopback, and nowhere else", async () => {
    const server = await listenOnLoopback(0);
    server.serve(() => Promise.resolve(new Response("here")));
    try {
      const [origin = ""] = server.origins;
      assert.equal(await (await fetch(origin)).text(), "here");
      const { port } = new URL(origin);
      const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
      for (const { address, family } of others.filter(({ internal }) => !internal)) {
        if (family !== "IPv4") continue;
        await assert.rejects(fetch(`http://${address}:${port}/`));
      }
    } finally {
      await server.close();
    }
  });

  it("says so when its port is taken", async () => {
    const server = await listenOnLoopback(0);
    try {
      const { port } = new URL(server.origins[0] ?? "");
      await assert.rejects(listenOnLoopback(Number(port)), /the port is in use\. Choose another with --port/);
    } finally {
      await server.close();
    }
  });
});
