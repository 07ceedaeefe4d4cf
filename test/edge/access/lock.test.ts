import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startEdge } from "../../../edge";
import { FolderLock } from "../../../edge/state/lock";

describe("a state folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "edge-lock-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is for one edge at a time: a second is told which folder, and can start once the first has ended", async () => {
    const edge = await startEdge({ stateDir: folder });
    try {
      const refusal = `The state folder ${folder} is in use by another local edge of this process. Stop that one first, or use another folder.`;
      await assert.rejects(startEdge({ stateDir: folder }), { message: refusal });
    } finally {
      await edge.close();
    }
    await (await startEdge({ stateDir: folder })).close();
  });

  it("is for its owner only, also where the folder is open to all", async () => {
    chmodSync(folder, 0o755);
    const edge = await startEdge({ stateDir: folder });
    await edge.close();
    const open = readdirSync(folder).filter((name) => statSync(join(folder, name)).mode & 0o077);
    assert.deepEqual(open, []);
  });

  it("is free again when an edge could not start on it", async () => {
    const edge = await startEdge();
    try {
      await assert.rejects(startEdge({ stateDir: folder, port: edge.port }), /port is in use/);
      FolderLock.take(folder).release();
    } finally {
      await edge.close();
    }
  });

  it("goes to exactly one of several that start at the same moment, and is free once that one is killed", async () => {
    const all = [1, 2, 3, 4].map(() => new Contender(folder));
    try {
      for (const each of all) assert.equal(await each.says(), "ready");
      for (const each of all) each.go();
      const said = await Promise.all(all.map((each) => each.says()));
      const winner = all[said.indexOf("taken")];
      assert(winner);
      assert.equal(said.filter((word) => word === "taken").length, 1);
      for (const word of said.filter((each) => each !== "taken")) {
        assert.match(
          word,
          /^The state folder .* is in use by (the local edge with process id|another local)/,
        );
      }
      assert.throws(() => FolderLock.take(folder), new RegExp(`process id ${winner.pid}\\.`));
      await winner.kill();
      FolderLock.take(folder).release();
    } finally {
      await Promise.all(all.map((each) => each.kill()));
    }
  }).timeout(30_000);

  it("does not blame a process that has gone", () => {
    const lock = FolderLock.take(folder);
    try {
      // The id of no process: larger than any that a system gives.
      writeFileSync(join(folder, "edge.pid"), "99999999\n");
      assert.throws(
        () => FolderLock.take(folder),
        /is in use by another local edge, which has just started\./,
      );
    } finally {
      lock.release();
    }
  });
});

/** A process that takes the folder's lock when told to. */
class Contender {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(folder: string) {
    const script = join(__dirname, "..", "fixtures", "lock-folder.ts");
    this.process = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", script, folder], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    assert(this.process.stdout);
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async says(): Promise<string> {
    const line = await this.lines.next();
    return String(line.value);
  }

  go(): void {
    this.process.stdin?.write("go\n");
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }
}
