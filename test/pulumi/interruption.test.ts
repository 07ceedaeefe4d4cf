import assert from "node:assert/strict";
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Runs the fixture and gives what it printed. */
async function outcome(
  stdio: StdioOptions,
  during: (child: ChildProcess) => unknown = () => undefined,
): Promise<string> {
  const fixture = join(__dirname, "fixtures", "working.ts");
  const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", fixture], { stdio });
  assert(child.stdout);
  const printed = text(child.stdout);
  await during(child);
  return (await printed).trim();
}

describe("the work of a provider process", function () {
  this.timeout(20_000);

  it("is not interrupted where the engine gives it no standard input", async () => {
    assert.equal(await outcome(["ignore", "pipe", "inherit"]), "finished");
  });

  it("is not interrupted when a living engine closes its standard input", async () => {
    assert.equal(await outcome(["pipe", "pipe", "inherit"], (child) => child.stdin?.end()), "finished");
  });
});
