import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { carryOut } from "../../provider/cli/carryOut";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { systemClock } from "../../provider/pulumi/clock";
import { approve } from "../../provider/rollout/operator";
import { Receiver } from "../notify/receiver";
import { leavePast } from "./past";
import { folderInRepository } from "./stack";
import { healthy, plan, useWorkers, type Worker } from "./worker";

const secret = "very-secret";

describe("gates, a later start, a freeze and the way back", function () {
  this.timeout(300_000);
  const stateDir = folderInRepository();
  before("a Worker has served for two days", () =>
    leavePast(stateDir, { name: "back", source: healthy, days: 2, everyMs: 20_000, badEach: 500 }),
  );
  const opened = useWorkers({ stateDir });
  after(() => {
    rmSync(stateDir, { recursive: true });
  });
  const receivers: Receiver[] = [];
  after(() => Promise.all(receivers.map((receiver) => receiver.stop())));

  /** A program whose gate and notifications have addresses that are secrets. */
  function write(worker: Worker, versionId: string, changes: object, more: object = {}): void {
    worker.stack.write(`
      const pulumi = require("@pulumi/pulumi");
      const { Release } = require("pulumi-workers-release");
      const { GATE, KEY, HOOK } = process.env;
      const plan = { ...${JSON.stringify(plan)}, ...${JSON.stringify(changes)} };
      const gate = { url: pulumi.secret(GATE), headers: { authorization: pulumi.secret(KEY) } };
      plan.stages = plan.stages.map((stage, index) => (index === 2 ? { ...stage, gate } : stage));
      const notify = [{ url: HOOK, on: ["waiting", "completed"] }];
      const args = { scriptName: ${JSON.stringify(worker.name)}, versionId: ${JSON.stringify(versionId)}, plan, notify };
      const release = new Release("release", { ...args, ...${JSON.stringify(more)} });
      module.exports = { status: release.status };`);
  }

  async function approved(worker: Worker): Promise<void> {
    const { accountId, baseUrl, token } = opened.edge;
    const client = cloudflareClient({ baseUrl, apiToken: token });
    const deployments = cloudflareDeployments(client, { accountId, scriptName: worker.name });
    const { name } = worker;
    const outside = { deployments, clock: systemClock };
    await carryOut(outside, name, (active) => approve(name, active, "jo", systemClock.now()));
  }

  it("work through pulumi up, and no secret address is told", async () => {
    const answers = { status: 202 };
    const gate = await Receiver.start((response: ServerResponse, index) => {
      // It opens when it is asked for the second time; later it is shut.
      response.writeHead(index === 0 ? 202 : answers.status, { "retry-after": "1" }).end(secret);
    });
    const hook = await Receiver.start();
    receivers.push(gate, hook);
    const worker = await opened.worker("back");
    worker.stack.environment = {
      GATE: `${gate.origin}/gate/${secret}?token=${secret}`,
      KEY: `Bearer ${secret}`,
      HOOK: `${hook.origin}/services/${secret}?key=${secret}`,
    };

    // To the second version, by way of a gate. A preview has a backtest, on what served before.
    const second = await worker.upload(`${healthy} // 2`);
    answers.status = 200;
    write(worker, second, {}, { preview: { backtest: true } });
    const preview = await worker.stack.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.match(
      preview.output,
      /\nBacktest on 1d 2\dh( \d+m)?: of 40 releases of an unchanged version 0 would have been aborted and 40 put back without a verdict\.\n/,
    );
    assert.match(
      preview.output,
      /\nA version that is wholly bad by one SLO is not always caught before the stage ends: by 5xx at 50 % it /,
    );
    assert.ok(!preview.output.includes("__isPreview"), preview.output);
    const up = await worker.stack.up();
    assert.equal(up.code, 0, up.output);
    assert.doesNotMatch(up.output, /Backtest|No backtest/, "the update itself makes none");
    assert.match(
      up.output,
      /waits for the gate of the next: http:\/\/127\.0\.0\.1:\d+ answered 202, it is asked again/,
    );
    assert.equal(gate.received[0]?.headers.authorization, `Bearer ${secret}`);
    assert.deepEqual([...new Set(await worker.shares(second))], [0, 50, 100]);

    // Back to the first one: at once, and no gate is asked.
    const askedBefore = gate.received.length;
    const madeBefore = (await worker.deployments()).length;
    write(worker, worker.oldVersion, {});
    const back = await worker.stack.up();
    assert.equal(back.code, 0, back.output);
    assert.match(back.output, /it goes to 100 % at once and is watched for 2s \(rollbackWindow: 5\)/);
    assert.deepEqual((await worker.shares(worker.oldVersion)).slice(madeBefore), [100, 100]);
    assert.equal(gate.received.length, askedBefore);

    // To the third one, which begins at half: its gate is shut, and somebody approves.
    const third = await worker.upload(`${healthy} // 3`);
    answers.status = 403;
    write(worker, third, {}, { startAt: 50 });
    const held = worker.stack.startUp();
    await worker.until("the gate is shut", ({ message }) => /answered 403, it holds the stage/.test(message));
    await approved(worker);
    const { code, output } = await held.ended;
    assert.equal(code, 0, output);
    const ofThird = (await worker.deployments()).filter(({ split }) => third in split);
    assert.deepEqual([...new Set(ofThird.map(({ split }) => split[third]))], [50, 100]);

    // In a freeze nothing begins.
    const fourth = await worker.upload(`${healthy} // 4`);
    const day = (after: number): string =>
      new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
    write(worker, fourth, { freeze: [{ from: day(-1), to: day(1) }] });
    const frozen = await worker.stack.up();
    assert.notEqual(frozen.code, 0);
    assert.match(
      frozen.output,
      /a freeze of the plan lasts until .* left\)\. No traffic was moved\. `pulumi up` releases from then on\./,
    );

    assert.deepEqual(
      hook.received.map(({ body }) =>
        (JSON.parse(body) as { type: string }).type.replace("workers-release.", ""),
      ),
      ["waiting", "completed", "completed", "waiting", "completed"],
    );
    const said = [
      ...(await worker.deployments()).map(({ message }) => message),
      ...hook.received.map(({ body }) => body),
    ];
    assert.ok(!said.join("\n").includes(secret), "no message holds a secret");
    assert.ok(!worker.stack.tells(secret), "no state, no file and no line holds a secret");
  });
});
