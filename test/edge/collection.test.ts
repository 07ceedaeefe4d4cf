import assert from "node:assert/strict";
import { requestIdOf } from "../../edge/data/ray";
import {
  ask,
  call,
  deploy,
  addVersion,
  exceptionsOf,
  goLive,
  invocationsOf,
  rowsOf,
  until,
  useEdge,
  type Row,
} from "./support";

const WORKER = `export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new TypeError("kaboom");
    if (pathname === "/wait") await scheduler.wait(200);
    if (pathname === "/five-hundred") return new Response(null, { status: 500 });
    if (pathname === "/work") for (const end = Date.now() + 100; Date.now() < end; );
    if (pathname === "/forever") await scheduler.wait(60_000);
    if (pathname === "/log") {
      console.log("plain", { and: "object" });
      console.error(JSON.stringify({ card: "declined" }));
      console.warn({ card: "stolen" });
    }
    return new Response("done", { status: pathname === "/teapot" ? 418 : 200 });
  },
};`;

describe("telemetry of the data plane", () => {
  const started = useEdge();

  async function collected(name: string, count: number): ReturnType<typeof invocationsOf> {
    return until(`${count} invocations of ${name}`, async () => {
      const rows = await invocationsOf(started.edge, name);
      return rows.length >= count ? rows : undefined;
    });
  }

  it("has one row for each invocation, with its version, request, status and outcome", async () => {
    const versionId = await goLive(started.edge, "rows", WORKER, { annotations: { "workers/tag": "v1" } });
    const answer = await ask(started.edge, "rows", { path: "/teapot?x=1", method: "PUT", body: "x" });
    const [row, ...others] = await collected("rows", 1);
    assert.equal(others.length, 0);
    assert.equal(row?.$workers.outcome, "ok");
    assert.equal(row.$workers.eventType, "fetch");
    assert.deepEqual(
      { id: row.$workers.scriptVersion.id, tag: row.$workers.scriptVersion.tag },
      { id: versionId, tag: "v1" },
    );
    assert.equal(row.$workers.event?.response?.status, 418);
    assert.equal(row.$workers.event.request?.method, "PUT");
    assert.equal(row.$workers.event.path, "/teapot");
    assert.equal(`${row.$metadata.rayId}-LOC`, answer.headers["cf-ray"]);
    assert.equal(row.$metadata.requestId, requestIdOf(row.$metadata.rayId ?? ""));
  });

  it("tells the versions of a split apart and counts every request", async () => {
    const one = await goLive(started.edge, "count", WORKER);
    const two = await addVersion(started.edge, "count", WORKER);
    await deploy(started.edge, "count", { [one]: 50, [two]: 50 });
    await Promise.all(Array.from({ length: 200 }, () => ask(started.edge, "count")));
    const rows = await collected("count", 200);
    assert.equal(rows.length, 200);
    assert.equal(new Set(rows.map((row) => row.$metadata.requestId)).size, 200);
    assert.deepEqual(new Set(rows.map((row) => row.$workers.scriptVersion.id)), new Set([one, two]));
  });

  it("measures wall time, and CPU time where the system tells it", async () => {
    await goLive(started.edge, "time", WORKER);
    await ask(started.edge, "time", { path: "/wait" });
    await ask(started.edge, "time", { path: "/work" });
    const rows = await collected("time", 2);
    const of = (path: string): { wallTimeMs: number; cpuTimeMs: number } => {
      const row = rows.find(({ $workers }) => $workers.event?.path === path);
      assert.ok(row);
      return row.$workers;
    };
    assert.ok(of("/wait").wallTimeMs >= 190, String(of("/wait").wallTimeMs));
    if (process.platform !== "linux") return;
    assert.ok(of("/work").cpuTimeMs > of("/wait").cpuTimeMs, JSON.stringify([of("/work"), of("/wait")]));
    assert.ok(of("/work").cpuTimeMs > 10, String(of("/work").cpuTimeMs));
  });

  it("tells an uncaught exception twice: as the outcome, and as a row with its words", async () => {
    await goLive(started.edge, "exception", WORKER);
    await ask(started.edge, "exception", { path: "/throw" });
    const [row] = await collected("exception", 1);
    assert.equal(row?.$workers.outcome, "exception");
    assert.equal(row.$workers.event?.response?.status, 500);
    assert.deepEqual([row.$metadata.level, row.$metadata.error], ["error", row.source["message"]]);
    assert.match(String(row.source["message"]), /^GET http:.*\/throw$/);
    const [thrown, ...others] = await exceptionsOf(started.edge, "exception");
    assert.equal(others.length, 0);
    assert.equal(thrown?.source["message"], "kaboom");
    assert.equal(thrown.source.exception.name, "TypeError");
    assert.match(thrown.source.exception.stack, /at Object\.fetch/);
    assert.deepEqual(idsOf(thrown), idsOf(row));
    assert.deepEqual([thrown.$metadata.type, thrown.$metadata.error], ["cf-worker", "kaboom"]);
  });

  it("tells a returned 500 as an error that is no exception", async () => {
    await goLive(started.edge, "failing", WORKER);
    await ask(started.edge, "failing", { path: "/five-hundred" });
    const [row] = await collected("failing", 1);
    assert.deepEqual([row?.$workers.outcome, row?.$metadata.level], ["ok", "error"]);
    assert.deepEqual(await exceptionsOf(started.edge, "failing"), []);
  });

  it("shows a request's headers as the Worker saw them, and no secret in them", async () => {
    await goLive(started.edge, "headers", WORKER);
    const secrets = { authorization: "Bearer s3cret", cookie: "s=s3cret", "X-Api-Key": "s3cret" };
    const answer = await ask(started.edge, "headers", { headers: { ...secrets, "X-Shown": "yes" } });
    const [row] = await collected("headers", 1);
    const { headers, cf } = row?.$workers.event?.request ?? {};
    assert.deepEqual(
      ["authorization", "cookie", "x-api-key", "x-shown"].map((name) => headers?.[name]),
      ["REDACTED", "REDACTED", "REDACTED", "yes"],
    );
    assert.deepEqual([headers?.["cf-ray"], cf?.["colo"]], [answer.headers["cf-ray"], "LOC"]);
    assert.ok(!JSON.stringify(row).includes("s3cret"));
  });

  it("has a row for each console line, tied to its invocation", async () => {
    await goLive(started.edge, "console", WORKER);
    await ask(started.edge, "console", { path: "/log" });
    const [invocation] = await collected("console", 1);
    const lines = (await rowsOf(started.edge, "console")).filter((row) => row.$metadata.type === "cf-worker");
    const told = lines.map(({ $metadata: { level, message, error }, source }) => [
      level,
      message,
      error,
      source,
    ]);
    // The newest first.
    assert.deepEqual(told, [
      ["warn", '{"card":"stolen"}', undefined, { card: "stolen" }],
      ["error", '{"card":"declined"}', '{"card":"declined"}', { card: "declined" }],
      [undefined, 'plain {"and":"object"}', undefined, { message: 'plain {"and":"object"}' }],
    ]);
    for (const line of lines) {
      assert.deepEqual(invocation && idsOf(invocation), idsOf(line));
      assert.deepEqual([line.$workers.outcome, line.$workers.wallTimeMs], [undefined, undefined]);
    }
  });

  it("tells of a client that left", async () => {
    await goLive(started.edge, "canceled", WORKER);
    await assert.rejects(
      ask(started.edge, "canceled", { path: "/forever", signal: AbortSignal.timeout(100) }),
    );
    const [row] = await collected("canceled", 1);
    assert.equal(row?.$workers.outcome, "canceled");
    assert.equal(row.$workers.event?.response, undefined);
    assert.equal(row.$metadata.error, undefined);
  });

  it("tells of requests that a hanging version never answered", async () => {
    await goLive(started.edge, "hanging", "export default { fetch() { for (;;) {} } };");
    await assert.rejects(ask(started.edge, "hanging", { signal: AbortSignal.timeout(100) }));
    const [row] = await collected("hanging", 1);
    assert.equal(row?.$workers.outcome, "canceled");
  });

  it("keeps nothing of a script whose observability is off, and from then on what is asked for", async () => {
    await goLive(started.edge, "off", WORKER, { observability: undefined });
    const path = `/accounts/${started.edge.accountId}/workers/scripts/off/script-settings`;
    const set = (observability: object): ReturnType<typeof call> =>
      call(started.edge, path, { method: "PATCH", body: JSON.stringify({ observability }) });
    await ask(started.edge, "off", { path: "/before" });
    await set({ enabled: true, head_sampling_rate: 0 });
    await ask(started.edge, "off", { path: "/sampled-out" });
    await set({ enabled: true });
    await ask(started.edge, "off", { path: "/after" });
    // A version tells of its invocations in order: with the last one here, the others would be.
    const rows = await collected("off", 1);
    assert.deepEqual(
      rows.map((row) => row.$workers.event?.path),
      ["/after"],
    );
  });

  it("says how many the invocations of a sample stand for, and leaves them out when only lines are wanted", async () => {
    const logging = 'export default { fetch() { console.log("seen"); return new Response(); } };';
    await goLive(started.edge, "sampled", logging, {
      observability: { enabled: true, head_sampling_rate: 0.5, logs: { invocation_logs: false } },
    });
    for (let i = 0; i < 20; i++) await ask(started.edge, "sampled");
    const rows = await until("a line of sampled", async () => {
      const found = await rowsOf(started.edge, "sampled");
      return found.length > 0 ? found : undefined;
    });
    assert.ok(rows.every(({ $metadata }) => $metadata.type === "cf-worker"));
    const path = `/accounts/${started.edge.accountId}/workers/observability/telemetry/query`;
    const query = {
      queryId: "q",
      timeframe: { from: Date.now() - 60_000, to: Date.now() + 60_000 },
      parameters: {
        filters: [{ key: "$metadata.service", operation: "eq", type: "string", value: "sampled" }],
        calculations: [{ operator: "count" }],
      },
    };
    const { json } = await call(started.edge, path, { method: "POST", body: JSON.stringify(query) });
    const { calculations } = json.result as { calculations: { aggregates: Record<string, number>[] }[] };
    const { count, sampleInterval, interval, value } = calculations[0]?.aggregates[0] ?? {};
    assert.deepEqual([sampleInterval, interval, value], [2, 2, count]);
    assert.equal((count ?? 0) % 2, 0);
  });
});

/** What ties the rows of an invocation together. */
function idsOf({ timestamp, $metadata: { requestId, rayId, traceId } }: Row): unknown {
  return { timestamp, requestId, rayId, traceId };
}
