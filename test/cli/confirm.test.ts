import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { confirm } from "../../provider/cli/confirm";

/** What is said at a terminal after `keys` were pressed. The terminal is that of `script`, a part of util-linux. */
function atTerminal(keys: string): Promise<string> {
  const asking = join(__dirname, "fixtures/asking.ts");
  const command = `'${process.execPath}' -r ts-node/register/transpile-only '${asking}'`;
  const child = spawn("script", ["-qec", command, "/dev/null"], { timeout: 50_000 });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!said.includes("Go on?") && (said + text).includes("Go on?")) child.stdin.write(keys);
      said += text;
    });
    child.on("error", reject).on("close", () => {
      resolve(stripVTControlCharacters(said));
    });
  });
}

describe("a command that asks first", () => {
  for (const [keys, answer] of [
    ["y\r", "yes"],
    ["yes\r", "yes"],
    ["\r", "no"],
    ["n\r", "no"],
    ["\u0003", "no"],
    ["\u0004", "no"],
  ] as const) {
    it(`takes ${JSON.stringify(keys)} for a ${answer}`, async () => {
      const said = await atTerminal(keys);
      assert.match(said, /Deploys version 2\.\r\nGo on\? \[y\/N\] /);
      assert.match(said, new RegExp(`The answer was ${answer}\\.`));
    });
  }

  it("refuses where there is no terminal, and says what to do", async () => {
    await assert.rejects(
      confirm("Deploys version 2."),
      /^Error: Deploys version 2\.\nNobody is there to be asked whether to go on: add --yes to allow it\.$/,
    );
  });
});
