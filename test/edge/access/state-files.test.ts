import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge } from "../../../edge";
import { sweepScratch } from "../../../edge/data/scratch";
import { openState } from "../../../edge/state";

/** What others than the owner may do with each file of a folder. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => (statSync(join(folder, name)).mode & 0o077) !== 0,
  );
}

describe("the files of a state folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "state-files-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are the owner's only, also where they and what is beside them were everybody's", async () => {
    const names = ["edge.sqlite", "telemetry.sqlite", "analytics.sqlite", "lock.sqlite", "edge.pid"];
    for (const name of [...names, "edge.sqlite-journal"])
      writeFileSync(join(folder, name), "", { mode: 0o666 });
    mkdirSync(join(folder, "storage"));
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o777);
    const edge = await startEdge({ stateDir: folder });
    try {
      assert.deepEqual(openToOthers(folder), []);
    } finally {
      await edge.close();
    }
    assert.deepEqual(openToOthers(folder), []);
  });

  for (const name of ["edge.sqlite", "lock.sqlite", "edge.pid", "edge.sqlite-wal"]) {
    it(`is refused as a link: ${name}`, () => {
      const victim = join(folder, "victim");
      writeFileSync(victim, "precious");
      symlinkSync(victim, join(folder, name));
      assert.throws(() => openState(folder), /is a symbolic link.*Remove the link/);
      assert.equal(readFileSync(victim, "utf8"), "precious");
      rmSync(join(folder, name));
      openState(folder).close();
    });
  }

  for (const name of ["telemetry.sqlite", "analytics.sqlite", "storage"]) {
    it(`is refused as a link when the edge starts: ${name}`, async () => {
      const elsewhere = join(folder, "elsewhere");
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, join(folder, name));
      await assert.rejects(startEdge({ stateDir: folder }), /is a symbolic link.*Remove the link/);
      assert.deepEqual(readdirSync(elsewhere), []);
    });
  }
});

describe("the system's temp folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sweep-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** No process has this id. */
  const left = "workers-release-edge-99999999-abcdef";

  it("is rid of what a killed edge left", async () => {
    mkdirSync(join(folder, left));
    await sweepScratch(folder);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("keeps what another user's edge left, which stops nobody", async () => {
    mkdirSync(join(folder, left));
    await sweepScratch(folder, (process.getuid?.() ?? 0) + 1);
    assert.deepEqual(readdirSync(folder), [left]);
  });

  it("loses a link that is named as if an edge had left it, and not what it leads to", async () => {
    mkdirSync(join(folder, "precious"));
    writeFileSync(join(folder, "precious", "file"), "precious");
    symlinkSync(join(folder, "precious"), join(folder, left));
    await sweepScratch(folder);
    assert.deepEqual(readdirSync(join(folder, "precious")), ["file"]);
  });

  it("may have any path that sockets fit into, and a longer one is refused", async () => {
    const long = join(folder, "x".repeat(80));
    mkdirSync(long);
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = long;
    try {
      await assert.rejects(startEdge(), /too long for sockets.*Set TMPDIR to a folder with a shorter path/);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });
});
