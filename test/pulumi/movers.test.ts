import assert from "node:assert/strict";
import { WorkersScript } from "@pulumi/cloudflare/workersScript";
import { WorkerVersion } from "@pulumi/cloudflare/workerVersion";
import * as pulumi from "@pulumi/pulumi";
import { warnOfMovers } from "../../provider/pulumi/movers";

describe("what a Release gets its inputs from", () => {
  before(async () => {
    const mocks: pulumi.runtime.Mocks = {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: ({ inputs }) => inputs as object,
    };
    await pulumi.runtime.setMocks(mocks);
  });

  const accountId = "0123456789abcdef0123456789abcdef";

  async function warnings(
    scriptName: pulumi.Input<string>,
    versionId: pulumi.Input<string>,
  ): Promise<string[]> {
    const told: string[] = [];
    await warnOfMovers({ scriptName, versionId }, (message) => told.push(message));
    await new Promise((resolve) => {
      pulumi.all([scriptName, versionId]).apply(resolve);
    });
    return told;
  }

  function version(name: string, deploy?: boolean): pulumi.Output<string> {
    return new WorkerVersion(name, { accountId, workerId: "w", ...(deploy !== undefined && { deploy }) }).id;
  }

  it("is told in the preview where it moves the traffic by itself", async () => {
    const script = new WorkersScript("script", { accountId, scriptName: "checkout", content: "" });
    const [first = "", second = "", ...others] = await warnings(script.scriptName, version("one", true));
    assert.deepEqual(others, []);
    assert.match(first, /is a WorkersScript: .* Use Worker with WorkerVersion, or ScriptVersion\./);
    assert.match(
      second,
      /WorkerVersion with `deploy: true`: .* no stage of this Release runs\. Leave `deploy` out/,
    );
  });

  it("is nothing to tell of otherwise", async () => {
    assert.deepEqual(await warnings("checkout", version("two")), []);
    assert.deepEqual(await warnings("checkout", version("three", false)), []);
    assert.deepEqual(await warnings("checkout", "00000000-0000-4000-8000-000000000002"), []);
  });
});
