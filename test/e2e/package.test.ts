import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { version as pulumiVersion } from "@pulumi/pulumi/package.json";
import { healthy, plan, useWorkers } from "./worker";

const root = join(__dirname, "..", "..");

/** What a person of npm's registry would do; what is in npm's cache is taken from there. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"];
  const { stdout } = await promisify(execFile)("npm", [...args, ...quiet], { cwd });
  return stdout;
}

describe("the package that npm packs", function () {
  this.timeout(240_000);
  const opened = useWorkers();

  it("releases a Worker from a program outside of this repository, where nobody has installed an edge", async () => {
    const worker = await opened.worker("outside");
    const stack = await opened.stack(mkdtempSync(join(tmpdir(), "e2e-package-")));
    const project = stack.program;
    // What is compiled already is not compiled again while other tests run on it.
    await npm(root, "pack", "--ignore-scripts", "--pack-destination", stack.folder);
    const [tarball = ""] = readdirSync(stack.folder).filter((file) => file.endsWith(".tgz"));
    const dependencies = { "pulumi-workers-release": `file:../${tarball}`, "@pulumi/pulumi": pulumiVersion };
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ name: "outside", private: true, type: "module", dependencies }),
    );
    await npm(project, "install");
    assert.ok(!existsSync(join(project, "node_modules", "miniflare")), "miniflare is not installed");

    stack.write(program(worker.name));
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const shares = (await worker.deployments()).map(({ split }) => split[worker.oldVersion] ?? 0);
    assert.deepEqual(shares, [100, 100, 50, 0, 0]);
  });
});

/** An ES module, where the programs of the other tests are CommonJS. */
function program(scriptName: string): string {
  return `
    import { Release, ScriptVersion } from "pulumi-workers-release";
    const scriptName = "${scriptName}";
    const { versionId } = new ScriptVersion("version", {
      scriptName,
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: ${JSON.stringify(healthy)} }],
      compatibilityDate: "2025-07-24",
    });
    new Release("release", { scriptName, versionId, plan: ${JSON.stringify(plan)} });`;
}
