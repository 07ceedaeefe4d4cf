import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { shell } from "../../provider/pulumi/shell";

type Properties = Record<string, unknown>;

/** What a stand-in of this package answers. */
const implementation = (name: string, first = ""): string => `
  ${first}
  let config;
  module.exports = {
    configure: async (request) => { config = request.config; },
    check: async (olds, inputs) => ({ inputs, failures: [] }),
    create: async () => ({ id: ${JSON.stringify(name)}, outs: { config } }),
  };`;

const urn = "urn:pulumi:test::test::pulumi-nodejs:dynamic/workers-release:Release::release";

describe("the copy of this package that does the work", () => {
  let root = "";
  let text = "";
  before(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "loading-")));
    const provider = shell("pulumi-workers-release/internal/release");
    ({ text } = await runtime.serializeFunction(() => provider));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    mkdirSync(root);
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, content: string | Properties): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }

  /** Puts a stand-in of this package into a folder. */
  function install(folder: string, name: string, first?: string): void {
    const exports = { "./internal/release": "./release.js" };
    write(`${folder}/package.json`, { name: "pulumi-workers-release", exports });
    write(`${folder}/release.js`, implementation(name, first));
    write(`${folder}/index.js`, "");
  }

  function link(from: string, to: string): void {
    mkdirSync(dirname(join(root, from)), { recursive: true });
    symlinkSync(join(root, to), join(root, from));
  }

  /** Has a process that the engine would start in `cwd` check and create resources; gives what came back. */
  function provide(
    cwd: string,
    calls: { check?: Properties; create?: Properties }[],
  ): { told: Properties[]; error: string } {
    const program = `
      const module_ = { exports: {} };
      new Function("exports", "require", "module", process.argv[1])(module_.exports, require, module_);
      const provider = module_.exports.handler();
      (async () => {
        await provider.configure({ config: "the configuration" });
        const told = [];
        for (const { check, create } of JSON.parse(process.argv[2])) {
          told.push(check ? await provider.check({}, check) : await provider.create(create));
        }
        console.log(JSON.stringify(told));
      })().catch((error) => { console.error(error.message); process.exitCode = 1; });`;
    const args = ["-e", program, text, JSON.stringify(calls)];
    mkdirSync(join(root, cwd), { recursive: true });
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: join(root, cwd), encoding: "utf8" });
    return { told: stdout === "" ? [] : (JSON.parse(stdout) as Properties[]), error: stderr.trim() };
  }

  const idOf = (cwd: string): unknown => {
    const { told, error } = provide(cwd, [{ create: { __urn: urn } }]);
    assert.equal(error, "");
    return told[0]?.["id"];
  };

  it("is the one that the program has loaded, wherever it is, and no state knows where", () => {
    install("store/a/node_modules/pulumi-workers-release", "a");
    install("program/node_modules/pulumi-workers-release", "the program's");
    const from = join(root, "store/a/node_modules/pulumi-workers-release/index.js");
    const { told, error } = provide("program", [
      { check: { __urn: urn, scriptName: "checkout", __loadedFrom: from } },
      { create: { __urn: urn, scriptName: "checkout" } },
    ]);
    assert.equal(error, "");
    assert.deepEqual(told[0]?.["inputs"], { __urn: urn, scriptName: "checkout" });
    assert.deepEqual(told[1], { id: "a", outs: { config: "the configuration" } });
  });

  it("is each resource's own where a program has two", () => {
    for (const copy of ["a", "b"]) install(`store/${copy}/node_modules/pulumi-workers-release`, copy);
    const from = (copy: string): string =>
      join(root, `store/${copy}/node_modules/pulumi-workers-release/index.js`);
    const { told } = provide("program", [
      { check: { __urn: "of a", __loadedFrom: from("a") } },
      { check: { __urn: "of b", __loadedFrom: from("b") } },
      { create: { __urn: "of a" } },
      { create: { __urn: "of b" } },
    ]);
    assert.deepEqual(
      told.slice(2).map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("is the program's where nobody has told, as in a destroy", () => {
    install("node_modules/pulumi-workers-release", "the program's");
    assert.equal(idOf("program/src"), "the program's");
  });

  it("is the one of a component package in pnpm's layout, through packages that hide their package.json", () => {
    install("node_modules/.pnpm/x@1/node_modules/pulumi-workers-release", "the component's");
    write("node_modules/.pnpm/base@1/node_modules/@acme/base/package.json", {
      name: "@acme/base",
      exports: { ".": "./index.js" },
      peerDependencies: { "pulumi-workers-release": "*" },
    });
    link(
      "node_modules/.pnpm/base@1/node_modules/pulumi-workers-release",
      "node_modules/.pnpm/x@1/node_modules/pulumi-workers-release",
    );
    write("infra/package.json", { name: "@acme/infra", dependencies: { "@acme/base": "*", absent: "*" } });
    link("infra/node_modules/@acme/base", "node_modules/.pnpm/base@1/node_modules/@acme/base");
    write("program/package.json", { devDependencies: { "@acme/infra": "*" } });
    link("program/node_modules/@acme/infra", "infra");
    assert.equal(idOf("program/src"), "the component's");
  });

  it("is found again when the folder that was told of is gone", () => {
    install("program/node_modules/pulumi-workers-release", "the program's");
    const { told } = provide("program", [
      { check: { __urn: urn, __loadedFrom: "/gone/dist/index.js" } },
      { create: { __urn: urn } },
    ]);
    assert.equal(told[1]?.["id"], "the program's");
  });

  it("is said to be missing, with the folder and what to do", () => {
    write("program/package.json", { dependencies: { "@acme/infra": "*" } });
    const { error } = provide("program", [{ create: { __urn: urn } }]);
    const folder = join(root, "program");
    assert.ok(error.startsWith(`The package pulumi-workers-release is missing in ${folder}: `), error);
    assert.match(error, /npm install pulumi-workers-release/);
  });

  it("says which package it misses itself, and where", () => {
    install("node_modules/pulumi-workers-release", "broken", `require("@pulumi/absent/proto");`);
    const { error } = provide("program", [{ create: { __urn: urn } }]);
    const folder = join(root, "node_modules/pulumi-workers-release");
    assert.ok(error.startsWith(`The package @pulumi/absent is missing in ${folder}, `), error);
  });
});
