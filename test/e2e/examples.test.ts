import assert from "node:assert/strict";
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Edge } from "../../edge";
import { ask, enable, goLive, type Answer } from "../edge/support";
import { deploymentsOf, healthy, useWorkers } from "./worker";

const examples = join(__dirname, "..", "..", "examples");

/** Four visitors make enough requests for a release, and leave the machine to it. */
const BETWEEN_VISITS_MS = 100;

/** Puts an example where a stack has its program. */
function copied(example: string, folder: string): void {
  cpSync(join(examples, example), folder, { recursive: true });
  // A file of its own: the stack is that of another project.
  const project = { name: "e2e", runtime: "nodejs", main: "index.ts" };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
}

/** Visitors, each with a version key, who open a page and then load the script that it names. */
class PageVisitors {
  private readonly scripts = new Set<string>();
  private lost = 0;
  private isOver = false;
  private readonly visits: Promise<unknown>;

  constructor(
    private readonly edge: Edge,
    private readonly worker: string,
  ) {
    this.visits = Promise.all(["ann", "bob", "cem", "dora"].map((key) => this.visit(key)));
  }

  async stop(): Promise<{ lost: number; scripts: ReadonlySet<string> }> {
    this.isOver = true;
    await this.visits;
    return { lost: this.lost, scripts: this.scripts };
  }

  private async visit(key: string): Promise<void> {
    while (!this.isOver) {
      await sleep(BETWEEN_VISITS_MS);
      const script = await this.scriptOfPage(key);
      this.scripts.add(script);
      const { status } = await this.ask(script, key);
      // One that has moved on to the next version in between finds another page.
      if (status === 404 && script === (await this.scriptOfPage(key))) this.lost += 1;
    }
  }

  private async scriptOfPage(key: string): Promise<string> {
    return /src="([^"]+)"/.exec((await this.ask("/", key)).body)?.[1] ?? "";
  }

  private ask(path: string, key: string): Promise<Answer> {
    return ask(this.edge, this.worker, { path, headers: { "cloudflare-workers-version-key": key } });
  }
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
    const splits = (await deploymentsOf(opened.edge, "rooms")).map(({ split }) => Object.values(split));
    assert.deepEqual(splits, [[100], [100], [50, 50], [100]]);
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
