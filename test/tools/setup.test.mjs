import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { existsSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { putLauncher } from "../../tools/pulumi/launcher.mjs";
import { machineFolders } from "../../tools/search-path.mjs";
import { alone } from "../../tools/setup/alone.mjs";
import { fingerprintOf } from "../../tools/setup/compile.mjs";
import { environment } from "../../tools/setup/environment.mjs";
import { isInstalled } from "../../tools/setup/node-modules.mjs";
import { root } from "../../tools/root.mjs";
import { run } from "../../tools/run.mjs";
import { put, putProgram, putPulumi, temporaryFolders } from "./folders.mjs";

const newFolder = temporaryFolders();

describe("node_modules", () => {
  const a1 = { "node_modules/a": { integrity: "sha512-a1" } };
  const a2 = { "node_modules/a": { integrity: "sha512-a2" } };
  const b = { "node_modules/b": { integrity: "sha512-b" } };
  const forMacs = { "node_modules/b": { integrity: "sha512-b", optional: true } };

  const cases = [
    ["is up to date when it has what is wanted", { "": {}, ...a1 }, a1, true],
    ["is up to date without optional packages for other machines", { ...a1, ...forMacs }, a1, true],
    ["is stale when it has another version", a2, a1, false],
    ["is stale when a package is missing", { ...a1, ...b }, a1, false],
    ["is stale when a package is no longer wanted", a1, { ...a1, ...b }, false],
    ["is stale when npm did not finish it", a1, undefined, false],
  ];
  for (const [what, wanted, installed, verdict] of cases) {
    it(what, () => {
      const clone = newFolder();
      put(join(clone, "package-lock.json"), JSON.stringify({ packages: wanted }));
      putProgram(join(clone, "node_modules/.bin/node"), "true");
      if (installed)
        put(join(clone, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
      assert.equal(isInstalled(clone), verdict);
    });
  }

  it("is stale without the Node that a skipped install script would have put there", () => {
    const clone = newFolder();
    put(join(clone, "package-lock.json"), JSON.stringify({ packages: a1 }));
    put(join(clone, "node_modules/.package-lock.json"), JSON.stringify({ packages: a1 }));
    assert.equal(isInstalled(clone), false);
  });
});

describe("dist/", () => {
  function clone() {
    const folder = newFolder();
    for (const file of [
      "tsconfig.json",
      "tsconfig.build.json",
      "package-lock.json",
      "edge/index.ts",
      "provider/a/b.ts",
    ]) {
      put(join(folder, file), `content of ${file}`);
    }
    return folder;
  }

  it("stays valid when only times change, as after a checkout", () => {
    const folder = clone();
    const before = fingerprintOf(folder);
    utimesSync(join(folder, "provider/a/b.ts"), 1, 1);
    assert.equal(fingerprintOf(folder), before);
  });

  for (const [what, change] of [
    ["a source changes", (folder) => void put(join(folder, "provider/a/b.ts"), "other")],
    ["a source is new", (folder) => void put(join(folder, "edge/new.ts"), "")],
    [
      "a source moves",
      (folder) => {
        renameSync(join(folder, "edge/index.ts"), join(folder, "edge/main.ts"));
      },
    ],
    ["the compiler's settings change", (folder) => void put(join(folder, "tsconfig.json"), "{}")],
    ["the packages change", (folder) => void put(join(folder, "package-lock.json"), "{}")],
  ]) {
    it(`is stale when ${what}`, () => {
      const folder = clone();
      const before = fingerprintOf(folder);
      change(folder);
      assert.notEqual(fingerprintOf(folder), before);
    });
  }
});

describe("the environment for the demo and the tests", () => {
  const machine = {
    PATH: ["/usr/bin", "/clone/node_modules/.bin", "", "/bin"].join(delimiter),
    HOME: "/home",
  };

  it("finds the chosen Pulumi first, then what the clone has, then the machine", () => {
    const chosen = newFolder();
    const pulumi = putPulumi(chosen);
    putLauncher(chosen);
    const folders = environment(pulumi, machine).PATH.split(delimiter);
    assert.deepEqual(folders, [chosen, join(root, "node_modules/.bin"), "/usr/bin", "/bin"]);
  });

  it("is content with a launcher in the folder that the chosen Pulumi is a link into", () => {
    const [chosen, installed] = [newFolder(), newFolder()];
    symlinkSync(putPulumi(installed), join(chosen, "pulumi"));
    putLauncher(installed);
    assert.equal(environment(join(chosen, "pulumi"), machine).PATH.split(delimiter)[0], chosen);
  });

  it("finds the launcher of @pulumi/pulumi before one that is not the same", () => {
    const chosen = newFolder();
    const folders = environment(putPulumi(chosen), machine).PATH.split(delimiter);
    assert.deepEqual(folders.slice(0, 2), [join(root, "node_modules/@pulumi/pulumi"), chosen]);
  });

  it("keeps Pulumi quiet and leaves the rest alone", () => {
    const { PULUMI_SKIP_UPDATE_CHECK, HOME } = {
      HOME: undefined,
      ...environment(putPulumi(newFolder()), machine),
    };
    assert.deepEqual({ PULUMI_SKIP_UPDATE_CHECK, HOME }, { PULUMI_SKIP_UPDATE_CHECK: "true", HOME: "/home" });
  });

  it("sees through all that npm puts in front", () => {
    const npms = [
      "/w/node_modules/.bin",
      "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
    ];
    assert.deepEqual(machineFolders([...npms, "/usr/bin"].join(delimiter)), ["/usr/bin"]);
  });
});

describe("a set-up", () => {
  it("is alone: the second one waits for the first", async () => {
    const lock = join(newFolder(), "lock");
    const seen = [];
    const work = (name) => async () => {
      seen.push(`${name} begins`);
      await wait(20);
      seen.push(`${name} ends`);
    };
    await Promise.all([alone(lock, work("first")), alone(lock, work("second"))]);
    assert.deepEqual(seen, ["first begins", "first ends", "second begins", "second ends"]);
    assert.equal(existsSync(lock), false);
  });

  it("goes on where another one was killed", async () => {
    const { out } = await run("sh", ["-c", "echo $$"]);
    const lock = put(join(newFolder(), "lock"), out.join(""));
    assert.equal(await alone(lock, () => Promise.resolve("done")), "done");
  });
});

describe("a command run out of sight", () => {
  it("tells what it said and how it ended", async () => {
    const lines = [];
    const onError = (line) => lines.push(line);
    const result = await run("sh", ["-c", "echo a; echo b >&2; exit 3"], { onError });
    assert.deepEqual(result, { code: 3, out: ["a"], err: ["b"] });
    assert.deepEqual(lines, ["b"]);
  });

  it("ends in time, with all that it started", async () => {
    const start = Date.now();
    await assert.rejects(run("sh", ["-c", "sleep 60 & sleep 60"], { timeout: 100 }), /no end within 0\.1 s/);
    assert.ok(Date.now() - start < 5_000);
  });

  it("is reported when it is not there", async () => {
    await assert.rejects(run("no-such-command", []), { code: "ENOENT" });
  });
});
