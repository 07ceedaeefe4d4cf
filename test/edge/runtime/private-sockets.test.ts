import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPrivate, PrivateSockets, withPrivateSockets } from "../../../edge/data/private-sockets";
import type { Runtime } from "../../../edge/data/runtime";
import type { Scratch } from "../../../edge/data/scratch";

/** What Miniflare hands to its own runtime, which starts a workerd. */
interface Addresses {
  readonly entryAddress: string;
  readonly loopbackAddress: string;
  readonly runtimeEnv?: Record<string, string>;
}

/** A Miniflare that starts nothing, and remembers with which addresses it would have. */
function fakeRuntime(): { runtime: Runtime; start(options: Addresses): void; started: Addresses[] } {
  const started: Addresses[] = [];
  class Fake {
    updateConfig(_config: Buffer, options: Addresses): void {
      started.push(options);
    }
  }
  const start = (options: Addresses): void => {
    new Fake().updateConfig(Buffer.alloc(0), options);
  };
  return { runtime: { Runtime: Fake } as unknown as Runtime, start, started };
}

describe("private sockets", () => {
  let folder: string;
  let sockets: PrivateSockets;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sockets-"));
    sockets = new PrivateSockets({ path: (name: string) => join(folder, name) } as Scratch);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const open = { entryAddress: "127.0.0.1:0", loopbackAddress: "127.0.0.1:4242" };

  it("take the place of the addresses with which a workerd of ours starts, and of no other's", () => {
    const { runtime, start, started } = fakeRuntime();
    withPrivateSockets(runtime, sockets, () => undefined);
    writeFileSync(sockets.server, "");
    start({ ...open, runtimeEnv: sockets.environment });
    start(open);
    const [ours, others] = started;
    assert.ok(ours?.entryAddress.startsWith(`unix:${folder}/`));
    assert.equal(ours?.loopbackAddress, `unix:${sockets.server}`);
    assert.deepEqual(others, open);
  });

  it("are the condition for a workerd to start at all", () => {
    const { runtime, start, started } = fakeRuntime();
    withPrivateSockets(runtime, sockets, () => undefined);
    assert.throws(() => {
      start({ ...open, runtimeEnv: sockets.environment });
    }, /would open ports that everybody on this machine can reach/);
    assert.deepEqual(started, []);
  });

  it("are where the first server listens that is made for them, and no later one", async () => {
    const [first, second] = withPrivateSockets(fakeRuntime().runtime, sockets, () => [
      createServer().listen(0, "127.0.0.1"),
      createServer().listen(0, "127.0.0.1"),
    ]);
    const others = createServer().listen(0, "127.0.0.1");
    await Promise.all([first, second, others].map((server) => server && once(server, "listening")));
    assert.deepEqual(first?.address(), { address: "127.0.0.1", family: "IPv4", port: 0 });
    for (const server of [second, others]) assert.notEqual((server?.address() as { port: number }).port, 0);
    for (const server of [first, second, others]) server?.close();
  });

  it("are all that a workerd may be told to listen at and to ask", () => {
    const fixed = ["serve", "--binary", "--experimental", "--control-fd=3", "-"];
    assert.ok(isPrivate([...fixed, "--socket-addr=entry=unix:/a/b", "--external-addr=loopback=unix:/a/c"]));
    assert.ok(
      !isPrivate([...fixed, "--socket-addr=entry=127.0.0.1:0", "--external-addr=loopback=unix:/a/c"]),
    );
    assert.ok(
      !isPrivate([...fixed, "--socket-addr=entry=unix:/a/b", "--external-addr=loopback=127.0.0.1:1"]),
    );
    assert.ok(!isPrivate([...fixed, "--inspector-addr=127.0.0.1:9229"]));
    assert.ok(!isPrivate([...fixed, "--debug-port=127.0.0.1:0"]));
  });
});
