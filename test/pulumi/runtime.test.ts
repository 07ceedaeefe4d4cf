import assert from "node:assert/strict";
import { unfitForCommands, unfitRuntime } from "../../provider/pulumi/runtime";

const provider = "/app/node_modules/@pulumi/pulumi/cmd/dynamic-provider";

function unfit(node: string, argv: readonly string[] = ["node", provider, "127.0.0.1:50051"], bun?: string) {
  return unfitRuntime({ versions: { node, bun }, argv });
}

describe("a runtime", () => {
  for (const node of ["22.17.0", "22.21.1", "24.2.0", "24.21.0", "25.0.0", "26.1.0"]) {
    it(`of Node ${node} will do`, () => {
      assert.equal(unfit(node), undefined);
    });
  }

  for (const node of ["18.20.8", "20.20.2", "22.16.0", "23.11.0", "24.1.0"]) {
    it(`of Node ${node} is refused, with what was found and what is needed`, () => {
      assert.match(
        unfit(node) ?? "",
        new RegExp(
          `needs Node 22\\.17 or newer of 22, or 24\\.2 or newer, and this is Node ${node}\\. .* Ctrl-C`,
        ),
      );
    });
  }

  it("is refused for commands too, where it is too old", () => {
    assert.equal(unfitForCommands("24.2.0"), undefined);
    assert.match(
      unfitForCommands("20.20.2") ?? "",
      /^workers-release needs Node 22\.17 .* and this is Node 20\.20\.2\. Install a newer one/,
    );
  });

  it("that only looks like Node is refused by its own name", () => {
    assert.match(unfit("24.3.0", undefined, "1.3.1") ?? "", /this is Bun 1\.3\.1/);
  });

  it("that was told no address of the engine is refused, where it is a provider's", () => {
    assert.match(unfit("24.21.0", ["node", provider]) ?? "", /would not notice that pulumi has died/);
    assert.equal(unfit("24.21.0", ["node", "/app/node_modules/.bin/mocha"]), undefined);
  });
});
