import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { goLive } from "../edge/support";
import { deploymentsOf, healthy, useWorkers } from "./worker";

const examples = join(__dirname, "..", "..", "examples");

/** Puts an example where a stack has its program. */
function copied(example: string, folder: string): void {
  cpSync(join(examples, example), folder, { recursive: true });
  // A file of its own: the stack is that of another project.
  const project = { name: "e2e", runtime: "nodejs", main: "index.ts" };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
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
