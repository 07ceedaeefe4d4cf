import assert from "node:assert/strict";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { countAnswer, otherGrid, rowsOf, thinningOf } from "../../provider/cloudflare/telemetryAnswer";
import { mismatchIn } from "../../provider/cloudflare/telemetrySums";
import { liveAnswer, type LiveAnswer } from "../fixtures/live/answer";
import { raw, startServer, type Answer } from "./server";

const worker = { accountId: "acc", scriptName: "shop" };

/** A stand-in that answers as the fixture does. */
function as({ status, headers, body }: LiveAnswer): Answer {
  return raw(status, typeof body === "string" ? body : JSON.stringify(body), { ...headers });
}

describe("the client reads a live answer:", () => {
  it("deployments", async () => {
    const server = await startServer(as(liveAnswer("deployments")));
    const active = await cloudflareDeployments(server.client, worker).active();
    await server.close();
    assert.deepEqual(active, {
      id: "3f7e9a12-6c4d-4b80-a5e1-92d07c3b8f64",
      createdAt: Date.UTC(2026, 10, 18, 9, 27, 31, 804),
      createdOn: "2026-11-18T09:27:31.804215Z",
      split: [{ versionId: "7c1d2a90-4b3e-4f58-9a61-0d2e8f7b6c15", percent: 100 }],
      ...{ record: undefined, isUnproven: false, message: "Automatic deployment on upload." },
      author: "dev@example.com with api",
      byUpload: true,
    });
  });

  it("a grouped series, whose buckets it places and whose sums agree", () => {
    const { result } = liveAnswer("query-calculations").body as {
      result: { calculations: unknown[]; run: { timeframe: { from: number; to: number } } };
    };
    const answer = countAnswer.parse({ ...result, calculations: result.calculations.slice(0, 1) });
    const timeframe = { ...result.run.timeframe, bucketMs: 10_000 };
    assert.equal(otherGrid(answer, timeframe), undefined);
    assert.equal(thinningOf(answer), 1);
    assert.equal(mismatchIn(answer, timeframe, new Map()), undefined);
    const rows = rowsOf(answer, timeframe);
    assert.ok(
      rows.length > 0 &&
        rows.every(({ start, versionId }) => start % 10_000 === 0 && versionId !== "unknown"),
    );
  });

  const refusals: [Parameters<typeof liveAnswer>[0], string, RegExp][] = [
    ["refusal-bad-value", "refused", /HTTP 400, "limit: Invalid input"\.$/],
    [
      "refusal-detail",
      "refused",
      /HTTP 400, "Bad Request: Filter expression is too complex; maximum is 16 filter nodes"\.$/,
    ],
    ["refusal-empty", "refused", /HTTP 400, "no reason"\.$/],
    ["blocked", "refused", /HTTP 403, "Attention Required! .*firewall/],
    [
      "rate-limited",
      "unavailable",
      /HTTP 429, "Please wait and consider throttling your request speed" \(code 971\)/,
    ],
    ["gateway-timeout", "unavailable", /HTTP 504, "error code: 504"/],
  ];
  for (const [name, failure, says] of refusals) {
    it(`${name}, of which it tells the reason and not our own request`, async () => {
      const server = await startServer(as(liveAnswer(name)));
      const reading = cloudflareDeployments(server.client, worker).active();
      await assert.rejects(reading, { name: "PortError", failure, message: says });
      await server.close();
    });
  }
});
