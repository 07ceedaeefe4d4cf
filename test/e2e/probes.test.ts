import assert from "node:assert/strict";
import { plan, useWorkers } from "./worker";

const brokenAtHealth = `export default {
  fetch(request) {
    return new Response("hello", { status: new URL(request.url).pathname === "/health" ? 503 : 200 });
  },
};`;

describe("pulumi up with probes in the plan", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  it("stops a version that fails them at 0 %, before any user has met it", async () => {
    const worker = await opened.worker("probed");
    const versionId = await worker.upload(brokenAtHealth);
    worker.program({
      versionId,
      plan: {
        ...plan,
        slos: [
          { sli: "serverErrors", maxIncrease: 2, observeOnly: true },
          { sli: { status: ["5xx", 429] }, max: 0.05 },
          { sli: "probes", max: 0.1 },
        ],
        probes: [{ path: "/health" }],
        stages: [
          { percent: 0, soakTime: "20s" },
          { percent: 100, soakTime: "2s" },
        ],
      },
    });
    const { code, output } = await worker.stack.up();
    assert.notEqual(code, 0);
    assert.match(
      output,
      /SLO "(probes|status 5xx 429)" violated in stage 1 of 2 \(0 %\), .* All traffic is back on the old version/,
    );
    assert.deepEqual(await worker.shares(versionId), [0, 0, 0]);
    const { outputs } = await worker.stack.release();
    assert.equal(outputs["status"], "aborted");
    const [first] = outputs["stages"] as { slos: { name: string; bad: number; observeOnly?: boolean }[] }[];
    assert.deepEqual(
      first?.slos.map(({ name, observeOnly }) => [name, observeOnly]),
      [
        ["serverErrors", true],
        ["status 5xx 429", undefined],
        ["probes", undefined],
        ["canceled", undefined],
      ],
    );
    assert.ok((first.slos.at(2)?.bad ?? 0) >= 2);
  });
});
