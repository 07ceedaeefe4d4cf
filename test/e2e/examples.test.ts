import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workersRelease } from "../cli/command";
import { enable, goLive } from "../edge/support";
import { wrangler } from "../witness/wrangler/command";
import { PageVisitors } from "./pageVisitors";
import { deploymentsOf, healthy, useWorkers } from "./worker";

const examples = join(__dirname, "..", "..", "examples");

/** Puts an example where a stack has its program. */
function copied(example: string, folder: string, main = "index.ts"): void {
  cpSync(join(examples, example), folder, { recursive: true });
  // A file of its own: the stack is that of another project.
  const project = { name: "e2e", runtime: "nodejs", main };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
}

function edit(file: string, before: string | RegExp, after: string): void {
  const text = readFileSync(file, "utf8");
  const edited = text.replace(before, after);
  assert.notEqual(edited, text, file);
  writeFileSync(file, edited);
}

describe("the examples", function () {
  this.timeout(240_000);
  const opened = useWorkers();

  it("many-workers: ten Workers are released with one plan, and the one that others call first", async () => {
    const names = [
      "auth",
      "cart",
      "catalog",
      "checkout",
      "images",
      "orders",
      "prices",
      "reviews",
      "search",
      "users",
    ];
    for (const name of names) {
      await goLive(opened.edge, name, healthy);
      opened.load(name, 10);
    }
    const stack = await opened.stack();
    copied("many-workers", stack.program);
    await stack.succeed("config", "set", "soakTime", "6s");
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual((await stack.outputs())["statuses"], Array(10).fill("completed"));
    const ended = output.indexOf("Release auth created");
    assert.ok(ended >= 0 && output.indexOf("Release cart creating") > ended, output);
  });

  it("durable-objects: the migration gets all traffic at once, and the code that uses it is released", async () => {
    await goLive(opened.edge, "rooms", healthy);
    opened.load("rooms", 10);
    const stack = await opened.stack();
    copied("durable-objects", stack.program);
    await stack.succeed("config", "set", "soakTime", "4s");
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.equal((await stack.outputs())["status"], "completed");
    const shares = (await deploymentsOf(opened.edge, "rooms")).map(({ split }) => Object.values(split));
    assert.deepEqual(shares, [[100], [100], [50, 50], [0, 100], [100]]);
  });

  it("assets: a visitor with a version key loses no file while two versions share the traffic", async () => {
    const stack = await opened.stack();
    copied("assets", stack.program);
    await stack.succeed("config", "set", "soakTime", "4s");
    const first = await stack.up();
    assert.equal(first.code, 0, first.output);
    const pages = join(stack.program, "public");
    renameSync(join(pages, "app.1a2b3c.js"), join(pages, "app.4d5e6f.js"));
    writeFileSync(join(pages, "index.html"), '<script src="/app.4d5e6f.js"></script>');
    await enable(opened.edge, "shop");
    const visitors = new PageVisitors(opened.edge, "shop");
    const second = await stack.up();
    const { lost, scripts } = await visitors.stop();
    assert.equal(second.code, 0, second.output);
    assert.deepEqual([lost, [...scripts].sort()], [0, ["/app.1a2b3c.js", "/app.4d5e6f.js"]]);
  });

  it("custom-sli: a version that answers well, and declines payments, is found by what it logs", async () => {
    const stack = await opened.stack();
    copied("custom-sli", stack.program);
    await stack.succeed("config", "set", "soakTime", "4s");
    const first = await stack.up();
    assert.equal(first.code, 0, first.output);
    await enable(opened.edge, "till");
    opened.load("till", 20).path = "/pay";
    edit(join(stack.program, "worker.mjs"), "DECLINED = 0.02", "DECLINED = 0.5");
    const { code, output } = await stack.up();
    assert.equal(code, 1, output);
    assert.match(output, /SLO "declined payments" violated in stage 1 of 2 \(50 %\)/);
  });

  it("wrangler: what it uploads is released by Pulumi and by workers-release run, and built by the program", async () => {
    const { edge } = opened;
    const stack = await opened.stack();
    copied("wrangler", stack.program);
    const project = { folder: stack.program, home: stack.folder };
    const told = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await wrangler(edge, project, args);
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    };
    const upload = async (greeting: string): Promise<string> => {
      edit(join(stack.program, "wrangler.jsonc"), /Hello from .*?"/, `Hello from ${greeting}"`);
      return /Worker Version ID: (\S+)/.exec(await told("versions", "upload"))?.[1] ?? "";
    };
    edit(join(stack.program, "rehearsal.yaml"), /8s/g, "4s");
    await told("deploy");
    opened.load("register", 20);

    const byPulumi = await upload("a version for Pulumi");
    await stack.succeed("config", "set", "plan", "rehearsal.yaml");
    await stack.succeed("config", "set", "versionId", byPulumi);
    const up = await stack.up();
    assert.equal(up.code, 0, up.output);

    const byRun = await upload("a version without Pulumi");
    const plan = join(stack.program, "rehearsal.yaml");
    const args = ["run", "--plan", plan, "--script", "register", "--version", byRun];
    const run = await workersRelease(args, edge.environment());
    assert.equal(run.code, 0, run.out + run.err);
    const shares = (await deploymentsOf(edge, "register")).map(({ split }) => [
      split[byPulumi] ?? 0,
      split[byRun] ?? 0,
    ]);
    assert.deepEqual(shares.slice(1), [
      [25, 0],
      [100, 0],
      [100, 0],
      [75, 25],
      [0, 100],
      [0, 100],
    ]);

    await stack.succeed("config", "rm", "versionId");
    const preview = await stack.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /ScriptVersion: \(create\)/);
    assert.match(preview.output, /Release: \(update\)/);
  });

  // Links stand for an installation; `npm run prove -- matrix` installs one by npm, pnpm and Yarn.
  it("component-package: a program releases by a component of another package, and knows of that alone", async () => {
    const { stack } = await opened.worker("counter");
    copied("component-package/program", stack.program, "index.js");
    cpSync(join(examples, "component-package", "infra"), join(stack.folder, "infra"), { recursive: true });
    edit(join(stack.program, "index.js"), "checkout", "counter");
    const packages = join(stack.folder, "node_modules");
    mkdirSync(join(packages, "@acme"), { recursive: true });
    symlinkSync(join(stack.folder, "infra"), join(packages, "@acme", "infra"));
    symlinkSync(join(examples, ".."), join(packages, "pulumi-workers-release"));
    await stack.succeed("config", "set", "acme:soakTime", "4s");
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.equal((await stack.outputs())["status"], "completed");
    await stack.succeed("destroy", "--yes", "--skip-preview");
  });

  it("plan-file: a Worker is released by a plan that extends its organisation's, and a laxer one is refused", async () => {
    await goLive(opened.edge, "checkout", healthy);
    opened.load("checkout", 20);
    const stack = await opened.stack();
    copied("plan-file", stack.program);
    await stack.succeed("config", "set", "plan", "plans/rehearsal.yaml");
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.equal((await stack.outputs())["status"], "completed");
    const web = join(stack.program, "plans", "web.yaml");
    writeFileSync(web, readFileSync(web, "utf8").replace("0.5%", "5%"));
    const refused = await stack.up();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /plans\/web\.yaml:6:23 +slos\[0\]\.max: got "5%", expected at most "1%", as plans\/organisation\.yaml:7:42 has it/,
    );
    assert.doesNotMatch(refused.output, /node_modules|unhandled/);
  });

  it("automation-api: a program releases a Worker by itself", async () => {
    const { stack } = await opened.worker("automated");
    cpSync(join(examples, "automation-api"), stack.program, { recursive: true });
    // Pulumi writes the file for the program's own project.
    rmSync(join(stack.program, "Pulumi.yaml"));
    const script = ["-r", "ts-node/register/transpile-only", "release.ts"];
    const { code, output } = await stack.node(...script, "automated", "6s");
    assert.equal(code, 0, output);
    assert.match(output, /The release ended as completed\.$/m);
    assert.equal((await deploymentsOf(opened.edge, "automated")).length, 4);
  });
});
