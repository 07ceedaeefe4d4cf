import assert from "node:assert/strict";
import { intentionText } from "../../provider/rollout/text/intention";
import { approve, abort, type Order } from "../../provider/rollout/operator";
import { all, newVersion, oldVersion } from "./simulate";
import { began, between, deployment, minute, recorded } from "./situations";

const waits = deployment({
  split: between(oldVersion, newVersion, 25),
  createdAt: began + minute,
  ...recorded({ stage: 1, stages: 5, phase: "wait", next: 50 }),
});
const origins = new Map([
  [oldVersion, { uploadedAt: began - minute, author: "jo@example.com with wrangler" }],
  [newVersion, undefined],
]);

function requestOf(order: Order) {
  assert.ok(order.kind === "deploy");
  return order.request;
}

describe("what an order is going to do", () => {
  it("is told with from where to where, and who uploaded and deployed the versions", () => {
    const request = requestOf(approve("checkout", waits, "kim", 0));
    assert.equal(
      intentionText("checkout", waits, request, origins, began + 5 * minute),
      [
        "Release r1 of checkout is in stage 2 of 5 (25 %).",
        `  old       75 % → 50 % to version ${oldVersion}, uploaded 2030-01-01 05:59:00Z by jo@example.com with wrangler`,
        `  new       25 % → 50 % to version ${newVersion}, uploaded by an unknown person`,
        "  deployed  2030-01-01 06:01:00Z, 4m ago, by jo with wrangler",
      ].join("\n"),
    );
  });

  it("names no old version of a Worker's first", () => {
    const first = deployment({
      split: all(newVersion),
      createdAt: began + minute,
      ...recorded({ oldVersionId: undefined }),
    });
    const request = requestOf(abort("checkout", first, "kim", undefined));
    assert.deepEqual(intentionText("checkout", first, request, new Map(), began + 5 * minute).split("\n"), [
      "Release r1 of checkout is in stage 1 of 3 (100 %).",
      `  new       100 % → 100 % to version ${newVersion}, uploaded by an unknown person`,
      "  deployed  2030-01-01 06:01:00Z, 4m ago, by jo with wrangler",
    ]);
  });
});
