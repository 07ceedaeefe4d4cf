import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devDependencies } from "../../../package.json";
import { isPrivate, openPorts, PrivateSockets, withPrivateSockets } from "../../../edge/data/private-sockets";
import type { Runtime } from "../../../edge/data/runtime";

/** What Miniflare hands to its own runtime, which starts a workerd. */
interface Addresses {
  readonly entryAddress: string;
  readonly loopbackAddress: string;
  readonly runtimeEnv?: Record<string, string>;
}

/** A Miniflare that starts nothing, and remembers with which addresses it would have. */
function fakeRuntime(): {
  readonly runtime: Runtime;
  readonly start: (options: Addresses) => void;
  readonly started: Addresses[];
} {
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

function listen(count: number): Server[] {
  return Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
}

describe("private sockets", () => {
  let folder: string;
  let sockets: PrivateSockets;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sockets-"));
    sockets = new PrivateSockets({ path: (name: string) => join(folder, name) });
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

  it("are there with the release of Miniflare that is named where they are not", () => {
    assert.ok(openPorts().message.includes(`miniflare@${devDependencies.miniflare},`));
  });

  it("are where the first server listens that is made for them, and no later one", async () => {
    const servers = withPrivateSockets(fakeRuntime().runtime, sockets, () => listen(2));
    const others = listen(1);
    const [moved, ...open] = [...servers, ...others];
    await Promise.all([...servers, ...others].map((server) => once(server, "listening")));
    assert.deepEqual(moved?.address(), { address: "127.0.0.1", family: "IPv4", port: 0 });
    for (const server of open) assert.notEqual((server.address() as AddressInfo).port, 0);
    for (const server of [...servers, ...others]) server.close();
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
