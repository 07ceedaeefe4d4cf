import assert from "node:assert/strict";
import { healthy, plan, useWorkers, type Worker } from "./worker";

describe("a Worker that pulumi up cannot release", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  /** Fails the release of a healthy version; the answer is what the user is told. */
  async function refused(worker: Worker): Promise<string> {
    worker.program({ versionId: await worker.upload(healthy) });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 1, output);
    assert.equal((await worker.deployments()).length, 1, "nothing has moved");
    return output;
  }

  it("for its plan is wrong: the preview says what was given where, and what is allowed", async () => {
    const worker = await opened.worker("misplanned");
    const [first, second] = plan.stages;
    const stages = [first, { ...second, soakTime: "3 seconds" }, { ...second, percent: 150 }];
    worker.program({
      versionId: await worker.upload(healthy),
      plan: { ...plan, stages, pollIntervall: "1s" },
      retri: "1",
    });
    const { code, output } = await worker.stack.preview();
    assert.notEqual(code, 0, output);
    for (const fault of [
      'plan.stages[1].soakTime: got "3 seconds", expected a duration from "1s" to "30d", such as "30s", "10m" or "1h30m"',
      "plan.stages[2].percent: got 150, expected a percentage from 0 to 100",
      'plan: unknown property "pollIntervall": did you mean "pollInterval"?',
      'unknown property "retri": did you mean "retry"?',
    ]) {
      assert.ok(output.includes(`Release resource 'release' has a problem: ${fault}\n`), output);
    }
  });

  it("for its telemetry is off: it says how to switch it on, and moves nothing", async () => {
    const worker = await opened.worker("unobserved", { observability: { enabled: false } });
    assert.match(
      await refused(worker),
      /error: Worker "unobserved" records no invocations: set observability\.enabled to true in its settings\. No traffic was moved\.\n/,
    );
  });

  it("for its traffic is split by somebody else: it says how, and leaves it so", async () => {
    const worker = await opened.worker("shared");
    const other = await worker.upload(healthy);
    await worker.deploy({ [worker.oldVersion]: 80, [other]: 20 });
    const before = await worker.deployments();
    worker.program({ versionId: await worker.upload(healthy) });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 1, output);
    assert.match(
      output,
      /The traffic of Worker shared is split already \(.*(80|20) % to .*\), by .*No traffic was moved\./,
    );
    assert.deepEqual(await worker.deployments(), before);
  });

  it("for the token is wrong: it says in which variable it looked, and moves nothing", async () => {
    const worker = await opened.worker("locked");
    worker.stack.environment = { CLOUDFLARE_API_TOKEN: "not-the-token-of-this-account" };
    const output = await refused(worker);
    assert.match(
      output,
      /HTTP 401, .* Check that the API token in CLOUDFLARE_API_TOKEN \(or workers-release:apiToken, or cloudflare:apiToken\) is valid/,
    );
    assert.ok(!worker.stack.tells("not-the-token-of-this-account"));
  });

  it("for there is no token: it says where to put one, and moves nothing", async () => {
    const worker = await opened.worker("unlocked");
    worker.stack.environment = { CLOUDFLARE_API_TOKEN: undefined };
    assert.match(
      await refused(worker),
      /There is no API token for Cloudflare: .*pulumi config set --secret workers-release:apiToken/,
    );
  });
});
