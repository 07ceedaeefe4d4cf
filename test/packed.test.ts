import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..");

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Runs a tool; resolves with what it says when it finds fault, and with nothing when it does not. */
async function faults(tool: string, ...args: string[]): Promise<string> {
  const path = join(root, "node_modules", ".bin", tool);
  return promisify(execFile)(path, args, { cwd: root }).then(
    () => "",
    (error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    },
  );
}

describe("what is published", function () {
  this.timeout(120_000);
  let folder = "";
  let tarball = "";
  let paths: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "packed-"));
    // What is compiled already is not compiled again while other tests run on it.
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const { stdout } = await promisify(execFile)("npm", args, { cwd: root, maxBuffer: 2 ** 26 });
    const [packed] = JSON.parse(stdout) as Packed[];
    assert.ok(packed, "npm packs");
    tarball = join(folder, packed.filename);
    paths = packed.files.map(({ path }) => path);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is the compiled code with its types and maps, what pages load, and documents", () => {
    const pages = /^dist\/provider\/dashboard\/client\/[\w.]+\.(css|svg|mjs)$/;
    const others = paths.filter(
      (path) => !/^dist\/(provider|edge)\/.+\.(js|d\.ts|js\.map)$/.test(path) && !pages.test(path),
    );
    const plans = ["cautious", "fast", "low-traffic", "on-call-hours", "standard"].map(
      (name) => `plans/${name}.yaml`,
    );
    // What the README leaves to a page of its own.
    const pagesOfReadme = paths.filter((path) => /^docs\/[\w-]+\.md$/.test(path));
    const allowed = [
      ...plans,
      ...pagesOfReadme,
      "schema/plan.json",
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "package.json",
      "dist/sbom.cdx.json",
    ];
    assert.deepEqual(
      others.filter((path) => !allowed.includes(path)),
      [],
    );
    for (const path of [
      ...plans,
      "schema/plan.json",
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "docs/plan-reference.md",
      "dist/provider/index.d.ts",
    ]) {
      assert.ok(paths.includes(path), path);
    }
  });

  it("holds nothing of sources that are gone", () => {
    const left = paths
      .filter((path) => path.endsWith(".js"))
      .filter((path) => !existsSync(join(root, path.replace(/^dist\//, "").replace(/js$/, "ts"))));
    assert.deepEqual(left, []);
  });

  it("is packed as publint wants it", async () => {
    assert.equal(await faults("publint", "run", tarball, "--strict"), "");
  });

  it("has types for every way of resolving modules, node10 included", async () => {
    assert.equal(await faults("attw", tarball, "--no-emoji", "--no-color"), "");
  });
});
