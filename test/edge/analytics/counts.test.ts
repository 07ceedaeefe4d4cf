import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge, type Edge } from "../../../edge";
import {
  addVersion,
  ask,
  deploy,
  goLive,
  invocationsOf,
  putScript,
  saying,
  until,
  useEdge,
} from "../support";
import { countOf, groupsOf } from "./support";

const WORKER = `export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new Error("kaboom");
    if (pathname === "/forever") await scheduler.wait(60_000);
    if (pathname === "/wait") await scheduler.wait(200);
    if (pathname === "/loop") for (;;) {}
    return new Response("done", { status: pathname === "/500" ? 500 : 200 });
  },
};`;

const BY_VERSION = "sum { requests errors } dimensions { scriptVersion status }";

describe("the metrics of an edge", function () {
  this.timeout(180_000);
  const started = useEdge({ limits: { cpuMs: 300 } });

  const observabilities: [what: string, observability: object | undefined][] = [
    ["on", { enabled: true }],
    ["off", undefined],
    ["off, though it says a sampling rate", { enabled: false, head_sampling_rate: 0.5 }],
    ["sampled", { enabled: true, head_sampling_rate: 0.1 }],
    ["on without invocation logs", { enabled: true, logs: { enabled: true, invocation_logs: false } }],
  ];
  for (const [place, [what, observability]] of observabilities.entries()) {
    it(`count every request by version and status with Workers Observability ${what}`, async () => {
      const { edge } = started;
      const name = `count-${place}`;
      const sent = { "/": 23, "/500": 7, "/throw": 5 };
      const one = await goLive(edge, name, WORKER, { observability });
      const two = await addVersion(edge, name, WORKER, { observability });
      await deploy(edge, name, { [one]: 50, [two]: 50 });
      await Promise.all(
        [one, two].flatMap((id) =>
          Object.entries(sent).flatMap(([path, times]) =>
            Array.from({ length: times }, () =>
              ask(edge, name, {
                path,
                headers: { "cloudflare-workers-version-overrides": `${name}="${id}"` },
              }),
            ),
          ),
        ),
      );
      assert.equal(await countOf(edge, name, 70), 70);
      assert.deepEqual(
        (await groupsOf(edge, name, BY_VERSION)).map(({ sum, dimensions }) => ({ ...sum, ...dimensions })),
        [one, two].toSorted().flatMap((scriptVersion) => [
          { requests: 5, errors: 5, scriptVersion, status: "scriptThrewException" },
          { requests: 30, errors: 0, scriptVersion, status: "success" },
        ]),
      );
    });
  }

  it("leave Workers Observability as it is", async () => {
    const { edge } = started;
    await goLive(edge, "unlogged", WORKER, { observability: undefined });
    await ask(edge, "unlogged");
    assert.equal(await countOf(edge, "unlogged", 1), 1);
    assert.deepEqual(await invocationsOf(edge, "unlogged"), []);
  });

  it("count clients that left, which is no error", async () => {
    const { edge } = started;
    await goLive(edge, "left", WORKER);
    await assert.rejects(ask(edge, "left", { path: "/forever", signal: AbortSignal.timeout(100) }));
    await countOf(edge, "left", 1);
    const selection = "sum { requests errors clientDisconnects } dimensions { status }";
    const [group, ...others] = await groupsOf(edge, "left", selection);
    assert.deepEqual(group?.sum, { requests: 1, errors: 0, clientDisconnects: 1 });
    assert.deepEqual([group.dimensions["status"], others.length], ["clientDisconnected", 0]);
  });

  it("count what ends with its process", async () => {
    const { edge } = started;
    await goLive(edge, "loop", WORKER, { observability: undefined });
    assert.equal((await ask(edge, "loop", { path: "/loop" })).status, 503);
    await countOf(edge, "loop", 1);
    const [group] = await groupsOf(edge, "loop", BY_VERSION);
    assert.deepEqual(
      [group?.dimensions["status"], group?.sum["requests"], group?.sum["errors"]],
      ["exceededResources", 1, 1],
    );
  });

  it("count the hop of a service binding for the script that is called", async () => {
    const { edge } = started;
    await putScript(edge, "callee", saying("hello"));
    const bindings = [{ type: "service", name: "OTHER", service: "callee" }];
    const caller = "export default { fetch: (request, env) => env.OTHER.fetch(request) };";
    await goLive(edge, "caller", caller, { bindings });
    for (let i = 0; i < 3; i += 1) await ask(edge, "caller");
    assert.deepEqual([await countOf(edge, "caller", 3), await countOf(edge, "callee", 3)], [3, 3]);
  });

  it("count nothing that happens inside Durable Objects", async () => {
    const { edge } = started;
    const source = `import { DurableObject } from "cloudflare:workers";
      export class Counter extends DurableObject { increment() { return 1; } }
      export default { async fetch(request, { COUNTER }) {
        const stub = COUNTER.get(COUNTER.idFromName("one"));
        return Response.json([await stub.increment(), await stub.increment()]);
      } };`;
    const counter = { type: "durable_object_namespace", name: "COUNTER", class_name: "Counter" };
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Counter"] };
    await goLive(edge, "objects", source, { bindings: [counter], migrations });
    for (let i = 0; i < 3; i += 1) assert.equal((await ask(edge, "objects")).body, "[1,1]");
    assert.equal(await countOf(edge, "objects", 3), 3);
  });

  it("know the times of invocations, in microseconds", async () => {
    const { edge } = started;
    await goLive(edge, "times", WORKER);
    await ask(edge, "times", { path: "/wait" });
    await countOf(edge, "times", 1);
    const selection = "sum { wallTime cpuTimeUs } quantiles { wallTimeP50 wallTimeP999 cpuTimeP50 }";
    const [group] = await groupsOf(edge, "times", selection);
    const { wallTime = 0 } = group?.sum ?? {};
    const { wallTimeP50 = 0, wallTimeP999 = 0 } = group?.quantiles ?? {};
    assert.ok(wallTime >= 190_000, String(wallTime));
    assert.ok(Math.abs(wallTimeP50 - wallTime) <= 0.011 * wallTime, `${wallTimeP50} of ${wallTime}`);
    assert.equal(wallTimeP999, wallTimeP50);
  });
});

describe("the metrics of an edge with state", function () {
  this.timeout(180_000);
  const stateDir = mkdtempSync(join(tmpdir(), "edge-analytics-"));
  after(() => {
    rmSync(stateDir, { recursive: true });
  });

  it("are there after a restart, and go on", async () => {
    const untilClosed = async (use: (edge: Edge) => Promise<void>): Promise<void> => {
      const edge = await startEdge({ stateDir });
      await use(edge).finally(() => edge.close());
    };
    await untilClosed(async (edge) => {
      await goLive(edge, "kept", WORKER, { observability: undefined });
      for (let i = 0; i < 3; i += 1) await ask(edge, "kept");
      assert.equal(await countOf(edge, "kept", 3), 3);
    });
    await untilClosed(async (edge) => {
      assert.equal(await countOf(edge, "kept", 3), 3);
      await ask(edge, "kept");
      assert.equal(await countOf(edge, "kept", 4), 4);
    });
  });
});

describe("the metrics of an edge with a delay", function () {
  this.timeout(180_000);
  const started = useEdge({ realism: { analyticsDelayMs: [3_600_000, 3_600_000] } });

  it("are not there while telemetry already is", async () => {
    const { edge } = started;
    await goLive(edge, "late", WORKER);
    await ask(edge, "late");
    // Telemetry is handed over after the metrics, to the same thread.
    await until("the telemetry", async () => (await invocationsOf(edge, "late"))[0]);
    assert.deepEqual(await groupsOf(edge, "late", "sum { requests }"), []);
  });
});
