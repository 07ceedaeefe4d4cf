import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queuesIn, unreadOf } from "../../../edge/data/unread";
import { until } from "../support";

/** Reads what comes first, says so, and then does nothing else for ever. */
const STUCK = `
require("node:net").createServer((socket) => socket.once("data", () => {
  process.stdout.write("stuck");
  for (;;);
})).listen(process.argv[1], () => process.stdout.write("listens"));`;

describe("what a process has not read", () => {
  const folder = mkdtempSync(join(tmpdir(), "unread-"));
  const sockets: Socket[] = [];
  let stuck: ChildProcess | undefined;
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    stuck?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  async function open(path: string, text: string): Promise<Socket> {
    const socket = connect(path);
    sockets.push(socket);
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(text, resolve));
    return socket;
  }

  it("is told of each connection, also of one that it has not accepted", async () => {
    const path = join(folder, "socket");
    const process = spawn(globalThis.process.execPath, ["-e", STUCK, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    stuck = process;
    await once(process.stdout, "data");
    const first = await open(path, "first");
    await once(process.stdout, "data");
    await new Promise((resolve) => first.write("more", resolve));
    const second = await open(path, "second");
    const known = await until("what is unread", () => {
      const unread = unreadOf([first, second]);
      return unread.get(first) === 4 ? unread : undefined;
    });
    assert.equal(known.get(second), Infinity);
  });

  it("is not known where the system has no tool for it", () => {
    const path = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      assert.equal(unreadOf(sockets).size, 0);
    } finally {
      process.env["PATH"] = path;
    }
    assert.equal(unreadOf(sockets).size, 2);
  });

  it("is read from lines of the kernel's list", () => {
    const queues = queuesIn(
      "u_str LISTEN 1    511  /tmp/x.sock 51 * 0 \n" +
        "u_str ESTAB  0    768            * 54 * 0 \n" +
        "u_str ESTAB  1000 0    /tmp/a b.sock 53 * 52\n" +
        "u_dgr UNCONN 0    0    /run/x 9 * 0\n",
    );
    assert.deepEqual(Object.fromEntries(queues), {
      54: { received: 0, sent: 768, peer: "0" },
      53: { received: 1000, sent: 0, peer: "52" },
    });
  });
});
