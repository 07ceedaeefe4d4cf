import assert from "node:assert/strict";
import { healthy, plan, useWorkers, type Worker } from "./worker";

const brief = { ...plan, stages: [{ percent: 100, soakTime: "1s" }] };

describe("the API token", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  async function ready(name: string): Promise<Worker> {
    const worker = await opened.worker(name);
    worker.program({ versionId: await worker.upload(healthy), plan: brief });
    return worker;
  }

  it("from the environment is in no state, in no serialized provider, and in no output, however verbose", async () => {
    const { stack, edge } = await ready("environment");
    await stack.succeed("up", "--yes", "-v=11", "--logtostderr", "--logflow");
    assert.ok(stack.printed.includes("Marshaling property"), "nothing is left untold");
    assert.ok(stack.tells(edge.accountId), "what is there is found");
    assert.ok(!stack.tells(edge.token));
  });

  it("from the stack's configuration is nowhere either; there it is encrypted", async () => {
    const { stack, edge } = await ready("configuration");
    stack.environment = {
      CLOUDFLARE_API_TOKEN: undefined,
      CLOUDFLARE_BASE_URL: undefined,
      CLOUDFLARE_ACCOUNT_ID: undefined,
    };
    await stack.succeed("config", "set", "--secret", "workers-release:apiToken", edge.token);
    await stack.succeed("config", "set", "workers-release:baseUrl", edge.baseUrl);
    await stack.succeed("config", "set", "workers-release:accountId", edge.accountId);
    // No more verbose than this: from -v=9 on, the engine itself prints the configuration it hands to a provider.
    await stack.succeed("up", "--yes", "-v=8", "--logtostderr", "--logflow");
    await stack.succeed("refresh", "--yes");
    assert.ok(!stack.tells(edge.token));
  });

  it("from the environment goes to no address of the stack's", async () => {
    const { stack, edge } = await ready("apart");
    stack.environment = { CLOUDFLARE_BASE_URL: undefined };
    await stack.succeed("config", "set", "cloudflare:baseUrl", edge.baseUrl);
    const { code, output } = await stack.run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(
      output,
      /token comes from CLOUDFLARE_API_TOKEN, and the API's address from\s+cloudflare:baseUrl/,
    );
  });
});
