import assert from "node:assert/strict";
import { cloudflareFailures } from "../../../provider/cloudflare/failures";
import { dashboardUrl } from "../../../provider/cloudflare/failures/dashboard";
import type { Sli } from "../../../provider/health/sli";
import type { FailureGroup } from "../../../provider/rollout/ports";
import { LiveTelemetry, suggested, visit, type LiveRow } from "../live/model";
import { json, startServer } from "../server";

const from = Date.UTC(2026, 0, 31);
const to = from + 60_000;
const worker = { accountId: "acc", scriptName: "checkout" };
const noProbes = { failures: () => [] };

const trigger = "$metadata.trigger";
const outcome = "$workers.outcome";
const status = "$workers.event.response.status";

/** A request and its row, with an id by which it is found. */
function request(version: string, id: string, fields: LiveRow["fields"] = {}): LiveRow {
  return visit(version, from + 1000, { "$metadata.requestId": id, [trigger]: "GET /cart", ...fields });
}

/** A request that throws leaves a second row, which has neither an outcome nor a status. */
function throwing(
  version: string,
  id: string,
  path: string,
  name = "TypeError",
  message = "x is undefined",
): LiveRow[] {
  const of = { [trigger]: `GET ${path}` };
  const { fields, ...row } = request(version, id, { ...of, "$metadata.type": "cf-worker" });
  const rest = Object.fromEntries(
    Object.entries(fields).filter(([key]) => key !== outcome && key !== status),
  );
  const line = {
    ...rest,
    "exception.name": name,
    "exception.stack": "    at price (worker.mjs:7:11)",
    "$metadata.error": message,
  };
  return [request(version, id, { ...of, [outcome]: "exception", [status]: 500 }), { ...row, fields: line }];
}

async function find(
  rows: LiveRow[],
  sli: Sli,
): Promise<{ groups: readonly FailureGroup[]; api: LiveTelemetry }> {
  const api = new LiveTelemetry(rows, () => to, suggested);
  const port = cloudflareFailures(api.client(), worker, noProbes);
  const { groups } = await port.find({ sli, newVersionId: "new", oldVersionId: "old", from, to });
  return { groups, api };
}

describe("the failures that the telemetry shows", () => {
  it("of server errors are exceptions by name, message and request, and statuses", async () => {
    const rows = [
      ...throwing("new", "e1", "/orders/4711"),
      ...throwing("new", "e2", "/orders/4712"),
      ...throwing("old", "e3", "/orders/4713"),
      request("new", "s1", { [status]: 503 }),
      request("new", "fine"),
      request("new", "gone", { [outcome]: "canceled" }),
      request("new", "cpu", { [outcome]: "exceededCpu", [status]: 503 }),
    ];
    const { groups } = await find(rows, { kind: "serverErrors" });
    assert.deepEqual(
      groups.toSorted((a, b) => a.what.localeCompare(b.what)),
      [
        { what: "exceededCpu", request: "GET /cart", new: 1, old: 0, requestIds: ["cpu"] },
        { what: "status 503", request: "GET /cart", new: 1, old: 0, requestIds: ["s1"] },
        {
          what: "TypeError: x is undefined",
          request: "GET /orders/…",
          ...{ new: 2, old: 1, requestIds: ["e2", "e1"], stack: ["at price (worker.mjs:7:11)"] },
        },
      ],
    );
  });

  it("are told by their outcome where the rows of the exceptions are not kept", async () => {
    const [invocation] = throwing("new", "e1", "/a");
    const { groups } = await find(invocation ? [invocation] : [], { kind: "exceptions" });
    assert.deepEqual(groups, [{ what: "exception", request: "GET /a", new: 1, old: 0, requestIds: ["e1"] }]);
  });

  it("of a latency are the requests that took longer, beside all of the same path", async () => {
    const slow = { "$workers.wallTimeMs": 900 };
    const rows = [
      request("new", "a", slow),
      request("new", "b"),
      request("old", "c"),
      request("new", "d", { [trigger]: "GET /x" }),
    ];
    const { groups } = await find(rows, { kind: "wallTime", limitMs: 500 });
    assert.deepEqual(groups, [
      { what: "", request: "GET /cart", new: 1, old: 0, of: { new: 2, old: 1 }, requestIds: ["a"] },
    ]);
  });

  it("of canceled requests are those whose clients left", async () => {
    const rows = [
      request("new", "a", { [outcome]: "canceled" }),
      request("new", "b", { [outcome]: "exception", [status]: 500 }),
    ];
    const { groups } = await find(rows, { kind: "canceled" });
    assert.deepEqual(groups, [{ what: "canceled", request: "GET /cart", new: 1, old: 0, requestIds: ["a"] }]);
  });

  it("of an SLI with filters are what its filters find", async () => {
    const declined = { key: "declined", operation: "eq", type: "string", value: "yes" } as const;
    const rows = [
      request("new", "a", { declined: "yes" }),
      request("old", "b", { declined: "yes" }),
      request("new", "c"),
    ];
    const { groups } = await find(rows, { kind: "custom", valid: [], bad: [declined] });
    assert.deepEqual(groups, [{ what: "", request: "GET /cart", new: 1, old: 1, requestIds: ["a"] }]);
  });

  it("cost six queries at most, none with more than the 16 filters that the API takes", async () => {
    for (const sli of [{ kind: "serverErrors" }, { kind: "cpuTime", limitMs: 5 }] as const) {
      const { api } = await find([], sli);
      assert.ok(api.asked.length <= 6);
      assert.ok(api.asked.every(({ parameters }) => (parameters?.filters?.length ?? 0) <= 16));
    }
  });

  it("have ids that can be looked for, and no others", async () => {
    const { groups } = await find([request("new", "<script>", { [status]: 500 })], { kind: "serverErrors" });
    assert.deepEqual(groups[0]?.requestIds, []);
  });
});

describe("an answer about failures that is not what it should be", () => {
  it("is a failure of the port, which says so", async () => {
    const server = await startServer(
      json(200, { success: true, result: { calculations: [{ aggregates: [{ value: -1 }] }] } }),
    );
    const port = cloudflareFailures(server.client, worker, noProbes);
    const query = {
      sli: { kind: "canceled" },
      newVersionId: "new",
      oldVersionId: undefined,
      from,
      to,
    } as const;
    await assert.rejects(
      port.find(query),
      /Reading the failures of Worker "checkout" got an unexpected response/,
    );
    await server.close();
  });
});

describe("the address of the logs", () => {
  const filters = [{ key: "$workers.outcome", operation: "eq", type: "string", value: "exception" }] as const;

  it("is the Worker's page, with the query, and without the account's id", () => {
    const url = new URL(
      dashboardUrl("https://api.cloudflare.com/client/v4", "checkout", { from, to }, filters) ?? "",
    );
    assert.equal(url.origin, "https://dash.cloudflare.com");
    const logs = new URL(url.searchParams.get("to") ?? "", "https://x");
    assert.equal(logs.pathname, "/:account/workers/services/view/checkout/production/observability/logs");
    assert.deepEqual(JSON.parse(logs.searchParams.get("filters") ?? ""), filters);
    assert.deepEqual(JSON.parse(logs.searchParams.get("time") ?? ""), { type: "absolute", from, to });
  });

  it("is none on a local edge", () => {
    assert.equal(
      dashboardUrl("http://127.0.0.1:8787/client/v4", "checkout", { from, to }, filters),
      undefined,
    );
  });
});
