import assert from "node:assert/strict";
import { SharedBudget } from "../../../provider/cloudflare/budget/budget";
import { budgetFor } from "../../../provider/cloudflare/budget/budgets";
import { sharedPace } from "../../../provider/cloudflare/budget/pace";
import { cloudflareClient } from "../../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../../provider/cloudflare/deployments";
import { PortError } from "../../../provider/rollout/ports";
import { VirtualTime } from "../../fakes/time";
import { failure, startServer, success, token } from "../server";

const worker = { accountId: "account", scriptName: "checkout" };
const minute = 60_000;

describe("the budget of a token", () => {
  const time = new VirtualTime();

  it("is one for all that use it in this process", () => {
    const connection = { apiToken: token, baseUrl: "https://a/client/v4" };
    assert.equal(budgetFor(connection, time), budgetFor({ ...connection }, time));
    assert.notEqual(budgetFor(connection, time), budgetFor({ ...connection, apiToken: "another" }, time));
    assert.notEqual(budgetFor(connection, time), budgetFor({ apiToken: token }, time));
  });

  it("holds back, once the service has refused a request, what is not a revert, and says for how long", async () => {
    const time = new VirtualTime();
    const server = await startServer(
      failure(429, 971, "Please wait and consider throttling your request speed", { "retry-after": "300" }),
      success({ deployments: [] }),
    );
    try {
      const budget = new SharedBudget(time, () => 0);
      const connection = { apiToken: token, baseUrl: server.baseUrl };
      const deployments = cloudflareDeployments(cloudflareClient(connection, { budget }), worker);
      await assert.rejects(deployments.active(), { retryAfterMs: 300_000 });
      await time.pass(minute);
      await assert.rejects(deployments.active(), (error) => {
        assert.ok(error instanceof PortError);
        assert.deepEqual([error.failure, error.retryAfterMs], ["unavailable", 240_000]);
        assert.match(error.message, /^Reading the deployments of Worker "checkout" has to wait for 4m: /);
        assert.doesNotMatch(error.message, new RegExp(token));
        return true;
      });
      assert.equal(server.seen.length, 1, "nothing was sent");
      assert.equal(await deployments.active("revert"), undefined);
      assert.equal(await deployments.active(), undefined, "the revert has shown that the block is over");
    } finally {
      await server.close();
    }
  });

  it("lets releases that wish alike look at the same moment", async () => {
    const time = new VirtualTime();
    const budget = new SharedBudget(time, () => 0);
    const [first, second] = [sharedPace(budget), sharedPace(budget)];
    await time.pass(3217);
    const next = [first, second].map((pace) => pace.untilNextMs(10_000));
    assert.deepEqual(next, [6783, 6783]);
  });

  it("gives the looks of a release back to the others once it is over", async () => {
    const time = new VirtualTime();
    const budget = new SharedBudget(time, () => 0);
    const mine = sharedPace(budget);
    for (let n = 0; n < 500; n += 1) sharedPace(budget).interval(10_000);
    await time.pass(1000);
    assert.ok(mine.interval(10_000).deploymentsEveryMs > 3 * minute);
    await time.pass(2 * minute);
    assert.equal(mine.interval(10_000).deploymentsEveryMs, 10_000);
  });

  it("counts the requests of a query for as long as it is asked", async () => {
    const time = new VirtualTime();
    const budget = new SharedBudget(time, () => 0);
    budget.cost("all", 30, 500, 10_000);
    // One that looks apart from the others does not make theirs cheaper.
    budget.cost("all", 1, 1, 10_000);
    assert.equal(sharedPace(budget).interval(10_000).everyMs, 30_000);
    await time.pass(3 * minute);
    assert.equal(sharedPace(budget).interval(10_000).everyMs, 10_000);
  });
});
