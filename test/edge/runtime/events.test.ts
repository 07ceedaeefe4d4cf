import assert from "node:assert/strict";
import { due } from "../../../edge/data/clock";
import type { Clock } from "../../../edge/data/time";
import { requestIdOf } from "../../../edge/data/ray";
import {
  addVersion,
  ask,
  call,
  deploy,
  enable,
  exceptionsOf,
  goLive,
  invocationsOf,
  putScript,
  rowsOf,
  until,
  useEdge,
  type Answer,
  type Ask,
  type Row,
} from "../support";

const WORKER = `
let asked = 0;
export default {
  fetch() { return new Response(String(asked += 1)); },
  async scheduled({ cron, scheduledTime }, env, context) {
    console.log("cron", cron, scheduledTime);
    if (cron === "throws") throw new TypeError("late");
    if (cron === "loops") for (;;);
    if (cron === "long") context.waitUntil(scheduler.wait(1500));
    if (cron === "logs") for (let line = 0; line < 500; line += 1) console.log("x".repeat(2000));
    const unlike = Math.random() * 300;
    if (cron === "waits") { await scheduler.wait(unlike); console.log("waited", unlike); }
  },
  async queue({ queue, messages }) {
    if (queue === "waits") await scheduler.wait(Math.random() * 100);
    for (const { id, timestamp, attempts, body } of messages) {
      console.log(JSON.stringify({ id, at: timestamp.getTime(), attempts, text: body.text }));
    }
    if (queue === "bad") throw new Error("no");
    messages[0].ack();
  },
};`;

type EventRow = Row & {
  $workers: { event: Record<string, unknown>; truncated: boolean; executionModel: string };
};

/** Which request id an event has that was called by hand. */
function idFor({ headers }: Answer): string {
  return requestIdOf(String(headers["cf-ray"]).split("-")[0] ?? "");
}

const byClock = new (class implements Clock {
  private time = Date.parse("2026-11-23T08:58:30Z"); // a Monday
  private waiting: [timeMs: number, callback: () => void][] = [];

  now(): number {
    return this.time;
  }

  at(timeMs: number, callback: () => void): () => void {
    const one: [number, () => void] = [timeMs, callback];
    this.waiting.push(one);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one);
    };
  }

  passTo(time: string): void {
    this.time = Date.parse(time);
    const late = this.waiting.filter(([timeMs]) => timeMs <= this.time);
    this.waiting = this.waiting.filter(([timeMs]) => timeMs > this.time);
    for (const [, callback] of late) callback();
  }
})();

describe("events other than requests", function () {
  this.timeout(180_000);
  const started = useEdge({ clock: byClock, limits: { cpuMs: 200 }, unusedMs: 300 });
  const byHand = (name: string, path: string, more: Ask = {}) =>
    ask(started.edge, name, { path: `/cdn-cgi/handler/${path}`, ...more });

  async function told(name: string, count: number): Promise<EventRow[]> {
    return until(`${count} rows of ${name}`, async () => {
      const rows = await invocationsOf(started.edge, name);
      return rows.length >= count ? (rows as EventRow[]) : undefined;
    });
  }

  async function schedule(name: string, ...crons: string[]): Promise<void> {
    const path = `/accounts/${started.edge.accountId}/workers/scripts/${name}/schedules`;
    const body = JSON.stringify(crons.map((cron) => ({ cron })));
    assert.equal((await call(started.edge, path, { method: "PUT", body })).status, 200);
  }

  it("call the scheduled handler by hand, and are told as scheduled", async () => {
    const version = await goLive(started.edge, "cron", WORKER);
    const answer = await byHand("cron", "scheduled?cron=*+*+*+*+*&time=1764000000123");
    assert.deepEqual([answer.status, answer.body], [200, "ok"]);
    const [row] = await told("cron", 1);
    assert(row);
    assert.deepEqual(row.$workers.event, { cron: "* * * * *", scheduledTime: 1764000000123 });
    const { eventType, outcome, scriptVersion, executionModel, truncated } = row.$workers;
    assert.deepEqual([eventType, outcome, scriptVersion.id], ["scheduled", "ok", version]);
    assert.deepEqual([executionModel, truncated], ["stateless", false]);
    const { requestId, rayId } = row.$metadata;
    assert.deepEqual([requestId, rayId], [idFor(answer), undefined]);
    const line = (await rowsOf(started.edge, "cron")).find(({ $metadata }) => $metadata.type === "cf-worker");
    assert.equal(line?.$metadata.message, "cron * * * * * 1764000000123");
    assert.deepEqual([line.$metadata.requestId, line.$workers.eventType], [requestId, "scheduled"]);
  });

  it("are not called from pages of other sites", async () => {
    await goLive(started.edge, "crossed", WORKER);
    const own = `http://crossed.${started.edge.subdomain}.localhost:${started.edge.port}`;
    const call = async (headers: Record<string, string>): Promise<number> =>
      (await byHand("crossed", "scheduled?cron=crossed", { headers })).status;
    for (const site of ["cross-site", "same-site"]) assert.equal(await call({ "sec-fetch-site": site }), 403);
    const others = [
      "http://evil.example",
      "null",
      own.replace("crossed", "other"),
      own.replace("http", "https"),
    ];
    for (const origin of others) assert.equal(await call({ origin }), 403, origin);
    assert.equal(await call({ origin: own, "sec-fetch-site": "same-origin" }), 200);
    assert.equal(await call({ "sec-fetch-site": "none" }), 200);
    assert.equal(await call({}), 200);
    await until("three events", async () =>
      (await invocationsOf(started.edge, "crossed")).length === 3 ? true : undefined,
    );
  });

  it("tell of a handler that throws, that is not there, and that logs too much", async () => {
    await goLive(started.edge, "unlike", WORKER);
    assert.equal((await byHand("unlike", "scheduled?cron=throws")).status, 500);
    assert.equal(
      (await byHand("unlike", "scheduled?cron=logs&format=json")).body,
      '{"outcome":"ok","noRetry":false}',
    );
    const rows = await told("unlike", 2);
    const thrown = rows.find(({ $workers }) => $workers.event["cron"] === "throws");
    assert.deepEqual([thrown?.$workers.outcome, thrown?.$metadata.level], ["exception", "error"]);
    const [exception] = await exceptionsOf(started.edge, "unlike");
    assert.deepEqual([exception?.source.exception.name, exception?.$metadata.error], ["TypeError", "late"]);
    assert.equal(exception?.$metadata.requestId, thrown?.$metadata.requestId);
    assert.equal(rows.find(({ $workers }) => $workers.event["cron"] === "logs")?.$workers.truncated, true);
    await goLive(started.edge, "none", "export default { fetch() { return new Response(); } };");
    assert.equal((await byHand("none", "scheduled")).body, "exception");
    await told("none", 1);
    const [missing] = await exceptionsOf(started.edge, "none");
    assert.match(missing?.$metadata.error ?? "", /does not export a scheduled/);
  });

  it("hand a batch to the queue handler, and are told as queue", async () => {
    await goLive(started.edge, "queue", WORKER);
    const body = JSON.stringify([{ body: { text: "a" }, id: "one", timestamp: 5 }, { body: { text: "b" } }]);
    const answer = await byHand("queue", "queue?queue=orders&format=json", { method: "POST", body });
    const { outcome, explicitAcks } = JSON.parse(answer.body) as Record<string, unknown>;
    assert.deepEqual([answer.status, outcome, explicitAcks], [200, "ok", ["one"]]);
    const [row] = await told("queue", 1);
    assert.deepEqual([row?.$workers.eventType, row?.$workers.outcome], ["queue", "ok"]);
    assert.deepEqual(row?.$workers.event, { queue: "orders", batchSize: 2 });
    const lines = (await rowsOf(started.edge, "queue")).map(({ source }) => source);
    assert.ok(lines.some(({ id, at, attempts, text }) => [id, at, attempts, text].join(" ") === "one 5 1 a"));
    const bad = await byHand("queue", "queue?queue=bad", { method: "POST", body: '[{"body":{}}]' });
    assert.deepEqual([bad.status, bad.body], [500, "exception"]);
  });

  it("are refused when they are none, and for a script that is not enabled", async () => {
    await goLive(started.edge, "strict", WORKER);
    const cases: [path: string, more: Ask, status: number][] = [
      ["email", {}, 404],
      ["scheduled?time=soon", {}, 400],
      ["scheduled", { method: "PUT" }, 405],
      ["queue?queue=q", {}, 405],
      ["queue", { method: "POST", body: '[{"body":1}]' }, 400],
      ["queue?queue=q", { method: "POST", body: "nothing" }, 400],
      ["queue?queue=q", { method: "POST", body: "[]" }, 400],
      ["queue?queue=q", { method: "POST", body: '[{"text":1}]' }, 400],
      ["queue?queue=q", { method: "POST", body: `[{"body":"${"x".repeat(300_000)}"}]` }, 413],
    ];
    for (const [path, more, status] of cases) {
      assert.equal((await byHand("strict", path, more)).status, status, path);
    }
    await putScript(started.edge, "hidden", WORKER);
    assert.equal((await byHand("hidden", "scheduled")).status, 404);
  });

  it("go to the version that an override asks for", async () => {
    const first = await goLive(started.edge, "split", WORKER);
    const second = await addVersion(started.edge, "split", WORKER);
    await deploy(started.edge, "split", { [first]: 100, [second]: 0 });
    const headers = { "cloudflare-workers-version-overrides": `split="${second}"` };
    await byHand("split", "scheduled?cron=a", { headers });
    await byHand("split", "scheduled?cron=b");
    const versions = (await told("split", 2)).map(({ $workers }) => [
      $workers.event["cron"],
      $workers.scriptVersion.id,
    ]);
    assert.deepEqual(Object.fromEntries(versions), { a: second, b: first });
  });

  it("are each told once when many run at once, the same ones too", async () => {
    await goLive(started.edge, "many", WORKER);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        byHand("many", `scheduled?cron=${index % 2 === 0 ? "waits" : "throws"}&time=${index % 5}`),
      ),
    );
    const rows = await told("many", 40);
    const outcomes = new Map(rows.map(({ $metadata, $workers }) => [$metadata.requestId, $workers.outcome]));
    assert.deepEqual([rows.length, outcomes.size], [40, 40]);
    for (const answer of answers) assert.equal(outcomes.get(idFor(answer)), answer.body);
    const waited = (await rowsOf(started.edge, "many")).filter(({ $metadata }) =>
      $metadata.message?.startsWith("waited"),
    );
    assert.equal(new Set(waited.map(({ $metadata }) => $metadata.requestId)).size, 20);
    for (const { $metadata } of waited) {
      const { wallTimeMs } =
        rows.find((row) => row.$metadata.requestId === $metadata.requestId)?.$workers ?? {};
      assert.ok((wallTimeMs ?? 0) >= Number($metadata.message?.split(" ")[1]) - 2);
    }
  });

  it("are told under their own ids, batches that look the same too", async () => {
    await goLive(started.edge, "alike", WORKER);
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const body = JSON.stringify([{ body: {}, id: String(index) }]);
        return idFor(await byHand("alike", "queue?queue=waits", { method: "POST", body }));
      }),
    );
    await told("alike", 40);
    const lines = (await rowsOf(started.edge, "alike")).filter(({ source }) => source["id"] !== undefined);
    assert.equal(lines.length, 40);
    for (const { source, $metadata } of lines) {
      assert.equal(ids[Number(source["id"])], $metadata.requestId);
    }
  });

  it("are ended at the limit of CPU time, and no request with them", async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell what a process uses
    await goLive(started.edge, "looping", WORKER);
    const looping = byHand("looping", "scheduled?cron=loops");
    const requests = await Promise.all(Array.from({ length: 5 }, () => ask(started.edge, "looping")));
    assert.deepEqual(new Set(requests.map(({ status }) => status)), new Set([200]));
    assert.deepEqual([(await looping).status, (await looping).body], [500, "exceededCpu"]);
    const row = (await told("looping", 6)).find(({ $workers }) => $workers.eventType === "scheduled");
    assert.deepEqual(
      [row?.$workers.outcome, row?.$workers.event],
      ["exceededCpu", { cron: "loops", scheduledTime: row?.$workers.event["scheduledTime"] }],
    );
  });

  it("keep a version's process until they are done", async () => {
    await goLive(started.edge, "slow", WORKER);
    assert.equal((await byHand("slow", "scheduled?cron=long")).body, "ok");
    const [row] = await told("slow", 1);
    assert.equal(row?.$workers.outcome, "ok");
    assert.ok(row.$workers.wallTimeMs >= 1_400);
  });

  it("come by the clock, for what is live, and those that were missed do not", async () => {
    await putScript(started.edge, "clock", WORKER);
    await enable(started.edge, "clock");
    await schedule("clock", "* * * * *", "0 9 * * MON", "5 9 * * *");
    byClock.passTo("2026-11-23T09:00:00Z");
    const at = (rows: EventRow[]): string[] =>
      rows.map(
        ({ $workers: { event } }) =>
          `${String(event["cron"])} ${new Date(Number(event["scheduledTime"])).toISOString()}`,
      );
    assert.deepEqual(at(await told("clock", 2)).toSorted(), [
      "* * * * * 2026-11-23T09:00:00.000Z",
      "0 9 * * MON 2026-11-23T09:00:00.000Z",
    ]);
    byClock.passTo("2026-11-23T09:10:00Z");
    const later = at(await told("clock", 3));
    assert.equal(later.length, 3);
    assert.ok(later.includes("* * * * * 2026-11-23T09:10:00.000Z"));
  });
});

describe("schedules are due", () => {
  const cases: [cron: string, from: string, to: string, times: string[]][] = [
    ["* * * * *", "08:58:30", "09:00:00", ["08:59:00", "09:00:00"]],
    ["* * * * *", "09:00:00", "09:00:59", []],
    ["0 9 * * *", "08:59:59", "09:00:00", ["09:00:00"]],
    ["0 9 * * *", "09:00:00", "09:01:00", []],
  ];
  for (const [cron, from, to, times] of cases) {
    it(`${cron} after ${from}, up to ${to}: ${times.join(", ") || "never"}`, () => {
      const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);
      const schedules = [{ cron, createdOn: "", modifiedOn: "" }];
      const found = due(schedules, at(from), at(to)).map(({ scheduledTimeMs }) => scheduledTimeMs);
      assert.deepEqual(found, times.map(at));
    });
  }
});
