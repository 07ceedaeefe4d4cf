import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Interrupted } from "../../tools/interruption.mjs";
import { cacheFolder, wrappedVersion } from "../../tools/pulumi/cache.mjs";
import { choosePulumi } from "../../tools/pulumi/choose.mjs";
import { fill } from "../../tools/pulumi/fill.mjs";
import { isOfficial, mendLauncher, putLauncher } from "../../tools/pulumi/launcher.mjs";
import { isRecentEnough, onPath } from "../../tools/pulumi/on-path.mjs";
import { root } from "../../tools/root.mjs";
import { find, isExecutable } from "../../tools/search-path.mjs";
import { put, putProgram, putPulumi, temporaryFolders } from "./folders.mjs";

const newFolder = temporaryFolders();

describe("a Pulumi CLI on PATH", () => {
  const versions = [
    ["v3.246.0", true],
    ["3.246.1", true],
    ["v3.259.0-alpha.1+dirty", true],
    ["v3.1000.0", true],
    ["v3.245.99", false],
    ["v2.999.0", false],
    ["v4.0.0", false],
    ["", false],
    ["command not found", false],
  ];
  for (const [version, verdict] of versions) {
    it(`is ${verdict ? "" : "not "}recent enough as "${version}"`, () => {
      assert.equal(isRecentEnough(version), verdict);
    });
  }

  it("is taken from the first folder that has one, as a shell would", async () => {
    const [empty, first, second] = [newFolder(), newFolder(), newFolder()];
    const pulumi = putPulumi(first);
    putPulumi(second, "v3.300.0");
    assert.equal(await onPath([empty, first, second]), pulumi);
  });

  it("may be a link into the folder that has its companions", async () => {
    const [bin, installed] = [newFolder(), newFolder()];
    symlinkSync(putPulumi(installed), join(bin, "pulumi"));
    assert.equal(await onPath([bin]), join(bin, "pulumi"));
  });

  it("is refused with the reason when it is too old, incomplete, broken or not there", async () => {
    const [old, incomplete, broken] = [newFolder(), newFolder(), newFolder()];
    putPulumi(old, "v3.100.0");
    rmSync(join(putPulumi(incomplete), "..", "pulumi-language-nodejs"));
    putProgram(join(broken, "pulumi"), "echo no such library >&2; exit 127");
    await assert.rejects(onPath([old]), /is v3\.100\.0, and 3\.246\.0 or newer is needed/);
    await assert.rejects(onPath([incomplete]), /comes without pulumi-language-nodejs$/);
    await assert.rejects(onPath([broken]), /does not run: no such library/);
    await assert.rejects(onPath([newFolder()]), /no `pulumi`/);
  });
});

describe("choosing a Pulumi CLI", () => {
  const yields = (where) => ({ where, find: () => Promise.resolve(where) });
  const fails = (where, reason) => ({ where, find: () => Promise.reject(reason) });

  it("takes the first way that yields one and tries no further", async () => {
    const never = { where: "never", find: () => Promise.reject(new Interrupted("SIGINT")) };
    assert.equal(await choosePulumi([fails("a", new Error("no")), yields("b"), never]), "b");
  });

  it("says why each way failed and what to do", async () => {
    const ways = [fails("on PATH", new Error("too old")), fails("by download", new Error("fetch failed"))];
    await assert.rejects(choosePulumi(ways), (error) => {
      assert.match(error.message, /on PATH: too old\n {2}by download: fetch failed\n/);
      assert.match(error.message, /Install the Pulumi CLI 3\.246\.0 or newer .*run this again/s);
      return true;
    });
  });

  it("stops when a person interrupts it", async () => {
    const ways = [fails("by download", new Interrupted("SIGINT")), yields("built")];
    await assert.rejects(choosePulumi(ways), Interrupted);
  });
});

describe("the cache of the Pulumi CLI", () => {
  it("is where the npm package looks", () => {
    assert.equal(cacheFolder({ PULUMI_HOME: "/home" }), `/home/versions/${wrappedVersion()}`);
  });

  it("is filled all at once", async () => {
    const cache = join(newFolder(), "versions", "1.0.0");
    const pulumi = await fill(cache, (draft) => {
      putPulumi(join(draft, "built", "bin"));
      assert.equal(existsSync(cache), false);
      return Promise.resolve(join(draft, "built"));
    });
    assert.equal(pulumi, join(cache, "bin", "pulumi"));
    assert.equal(existsSync(pulumi), true);
    assert.deepEqual(readdirSync(join(cache, "..")), ["1.0.0"]);
  });

  it("stays as it was when filling it fails or yields less than is needed", async () => {
    const versions = newFolder();
    const incomplete = (draft) => {
      rmSync(join(putPulumi(join(draft, "bin")), "..", "pulumi-resource-pulumi-nodejs"));
      return Promise.resolve(draft);
    };
    await assert.rejects(
      fill(join(versions, "1.0.0"), () => Promise.reject(new Error("no"))),
      /no/,
    );
    await assert.rejects(fill(join(versions, "1.0.0"), incomplete), /comes without pulumi-resource/);
    assert.deepEqual(readdirSync(versions), []);
  });

  it("keeps what another set-up has put there in the meantime", async () => {
    const cache = join(newFolder(), "1.0.0");
    await fill(cache, (draft) => {
      putPulumi(join(cache, "bin"), "theirs");
      putPulumi(join(draft, "bin"), "mine");
      return Promise.resolve(draft);
    });
    assert.match(readFileSync(join(cache, "bin", "pulumi"), "utf8"), /theirs/);
  });

  it("loses what a broken download has left, and the drafts of killed processes", async () => {
    const versions = newFolder();
    put(join(versions, "1.0.0", "bin", "half"), "");
    put(join(versions, "1.0.0.draft-old", "bin", "half"), "");
    put(join(versions, "1.0.0.draft-now", "bin", "half"), "");
    utimesSync(join(versions, "1.0.0.draft-old"), 0, 0);
    await fill(join(versions, "1.0.0"), (draft) => {
      putPulumi(join(draft, "made", "bin"));
      return Promise.resolve(join(draft, "made"));
    });
    assert.deepEqual(readdirSync(versions).sort(), ["1.0.0", "1.0.0.draft-now"]);
    assert.equal(existsSync(join(versions, "1.0.0", "bin", "half")), false);
  });
});

describe("the Go build of the Pulumi CLI", () => {
  it("builds the version that the npm package wraps", () => {
    const module = readFileSync(join(root, "tools/pulumi/cli/go.mod"), "utf8");
    assert.equal(/pulumi\/pkg\/v3 v(\S+)/.exec(module)?.[1], wrappedVersion());
  });
});

describe("the launcher of dynamic resources", () => {
  const launcher = "pulumi-resource-pulumi-nodejs";
  const official = readFileSync(join(root, "node_modules/@pulumi/pulumi", launcher));

  it("takes the place of another one", () => {
    const bin = newFolder();
    putPulumi(bin);
    putLauncher(bin);
    assert.deepEqual(readFileSync(join(bin, launcher)), official);
    assert.equal(isExecutable(join(bin, launcher)), true);
    assert.deepEqual(readdirSync(bin).sort(), ["pulumi", "pulumi-language-nodejs", launcher]);
  });

  it("is mended in the cache and nowhere else", () => {
    const [cache, installed] = [newFolder(), newFolder()];
    mendLauncher(putPulumi(join(cache, "bin")), cache);
    mendLauncher(putPulumi(join(installed, "bin")), cache);
    assert.equal(isOfficial(join(cache, "bin", launcher)), true);
    assert.equal(isOfficial(join(installed, "bin", launcher)), false);
  });

  it("is the official one in these very tests", () => {
    assert.equal(isOfficial(find(launcher, process.env.PATH.split(delimiter))), true);
  });
});
