import assert from "node:assert/strict";
import { Hono } from "hono";
import type { ApiEnvironment } from "../../../edge/api/auth";
import { Faults } from "../../../edge/faults/faults";
import { meetFaults } from "../../../edge/faults/middleware";

describe("an answer that comes late", () => {
  const cases: [when: "before" | "after", order: string[]][] = [
    ["before", ["waited 5000 ms", "carried out", "answered"]],
    ["after", ["carried out", "waited 5000 ms", "answered"]],
  ];
  for (const [when, expected] of cases) {
    it(`waits ${when} the request is carried out`, async () => {
      const order: string[] = [];
      const faults = new Faults(
        () => 0,
        (ms) => {
          order.push(`waited ${ms} ms`);
          return Promise.resolve();
        },
      );
      const app = new Hono<ApiEnvironment>();
      app.use(meetFaults(faults));
      app.get("/slow", (context) => {
        order.push("carried out");
        return context.text("done");
      });
      faults.set([{ route: { path: "/slow" }, answer: { kind: "late", ms: 5000, when } }]);
      const response = await app.request("/slow");
      order.push("answered");
      assert.equal(await response.text(), "done");
      assert.deepEqual(order, expected);
    });
  }

  it("does not come, nor is its request carried out, when the edge ends first", async () => {
    const faults = new Faults();
    let isCarriedOut = false;
    const app = new Hono<ApiEnvironment>();
    app.use(meetFaults(faults));
    app.get("/slow", (context) => {
      isCarriedOut = true;
      return context.text("done");
    });
    faults.set([{ route: { path: "/slow" }, answer: { kind: "late", ms: 600_000, when: "before" } }]);
    const answer = app.request("/slow");
    faults.close();
    assert.equal((await answer).status, 500);
    assert.equal(isCarriedOut, false);
  });
});

describe("a block", () => {
  it("is over when its time is, and tells how long it still is", () => {
    let now = 0;
    const faults = new Faults(() => now);
    const route = { path: "/one" };
    faults.set([{ route, answer: { kind: "block", seconds: 10 } }]);
    const strike = (path: string): unknown => faults.strike({ method: "GET", path });
    assert.equal(strike("/two"), undefined);
    assert.deepEqual(strike("/one"), { kind: "blocked", seconds: 10 });
    now = 7500;
    assert.deepEqual(strike("/two"), { kind: "blocked", seconds: 3 });
    now = 10_000;
    assert.equal(strike("/one"), undefined);
  });
});
