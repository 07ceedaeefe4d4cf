import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { deathOf } from "../../provider/pulumi/engineDeath";
import { until } from "../edge/support";
import { fakeEngine, type FakeEngine } from "./fakeEngine";

/** Longer than it takes to tell that an engine is dead. */
const longMs = 6000;

/** Where an engine listens; as a process of its own, which can be suspended. */
const listening = `
  const server = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === "::1"),
  );
}

describe("the watch of the engine", function () {
  this.timeout(60_000);
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0)) await clean();
  });

  /** Watches an engine. */
  function watch(address: string): { readonly died: () => boolean } {
    let died = false;
    void deathOf(address).then(() => {
      died = true;
    });
    return { died: () => died };
  }

  async function engineAt(host?: string, port?: number): Promise<FakeEngine> {
    const engine = await fakeEngine(host, port);
    cleanUp.push(() => engine.die());
    return engine;
  }

  const dead = (watched: ReturnType<typeof watch>): Promise<true> =>
    until("the engine to be found dead", () => (watched.died() ? true : undefined));

  for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
    it(`finds an engine at ${host} alive while it lives and dead when it is`, async function () {
      if (host === "[::1]" && !hasIPv6()) this.skip();
      const engine = await engineAt(host);
      const watched = watch(engine.address);
      await engine.connected;
      assert.equal(watched.died(), false);
      await engine.die();
      await dead(watched);
    });
  }

  it("goes on when connections are lost and others are accepted", async () => {
    let accepted = 0;
    const server = createServer((socket) => {
      accepted += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUp.push(() => server.close());
    const watched = watch(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    await until("ten lost connections", () => (accepted >= 10 ? true : undefined));
    assert.equal(watched.died(), false);
  });

  it("goes on when the engine refuses connections for a moment", async () => {
    // One that the system gives to nobody meanwhile, which it does with higher ones.
    const port = randomInt(10_000, 30_000);
    const first = await engineAt("127.0.0.1", port);
    const watched = watch(first.address);
    await first.connected;
    await first.die();
    await delay(1200);
    const second = await engineAt("127.0.0.1", port);
    cleanUp.push(() => second.die());
    await second.connected;
    assert.equal(watched.died(), false);
  });

  it("goes on when the engine is suspended, and finds it dead when it is killed then", async () => {
    const engine = spawn(process.execPath, ["-e", listening], { stdio: ["ignore", "pipe", "inherit"] });
    cleanUp.push(() => engine.kill("SIGKILL"));
    const [port] = (await once(engine.stdout, "data")) as [Buffer];
    engine.kill("SIGSTOP");
    const watched = watch(`127.0.0.1:${port.toString().trim()}`);
    await delay(longMs);
    assert.equal(watched.died(), false);
    engine.kill("SIGKILL");
    await dead(watched);
  });
});
