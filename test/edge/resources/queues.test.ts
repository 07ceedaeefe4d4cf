import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Cloudflare from "cloudflare";
import { startEdge, type Edge } from "../../../edge";
import {
  addVersion,
  ask,
  clientOf,
  deploy,
  goLive,
  invocationsOf,
  refusalOf,
  saying,
  until,
  useEdge,
  type Metadata,
} from "../support";

const PRODUCING = `
export default {
  async fetch(request, { QUEUE }) {
    const bytes = new Uint8Array([1, 2, 3]);
    await QUEUE.send("text", { contentType: "text" });
    await QUEUE.sendBatch([
      { body: { a: 1 }, contentType: "json" },
      { body: bytes, contentType: "bytes" },
      { body: new Map([["when", new Date(0)]]), contentType: "v8" },
    ]);
    return new Response("sent");
  },
};`;

/** Writes down each message it gets in KV: what it was, by whom it was handled, and in the how-manieth attempt. */
function consuming(version: string, handling = ""): string {
  return `
const told = (body) =>
  body instanceof ArrayBuffer ? [...new Uint8Array(body)]
    : body instanceof Map ? [...body].map(([key, value]) => [key, value.getTime()]) : body;
export default {
  fetch: () => new Response(${JSON.stringify(version)}),
  async queue(batch, { KV }) {
    for (const message of batch.messages) {
      const { id, attempts, body, timestamp } = message;
      const said = JSON.stringify({
        version: ${JSON.stringify(version)}, queue: batch.queue, size: batch.messages.length, attempts,
        body: told(body), isRecent: Date.now() - timestamp.getTime() < 60_000,
      });
      await KV.put(id + ":" + attempts, said);
      ${handling}
    }
  },
};`;
}

interface Handled {
  readonly version: string;
  readonly queue: string;
  readonly size: number;
  readonly attempts: number;
  readonly body: unknown;
  readonly isRecent: boolean;
}

/** What consumers have written down, once there is so much of it. */
async function handled(
  client: Cloudflare,
  account_id: string,
  namespace_id: string,
  count: number,
): Promise<Handled[]> {
  const { namespaces } = client.kv;
  const names = await until(`${count} messages handled`, async () => {
    const keys = (await namespaces.keys.list(namespace_id, { account_id })).result.map(({ name }) => name);
    return keys.length >= count ? keys : undefined;
  });
  const read = async (name: string): Promise<Handled> =>
    (await (await namespaces.values.get(name, { account_id, namespace_id })).json()) as Handled;
  return Promise.all(names.map(read));
}

describe("queues", function () {
  this.timeout(120_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });
  let namespace_id = "";
  const make = async (queue_name: string): Promise<string> =>
    (await it_.client.queues.create({ ...account(), queue_name })).queue_id ?? "";
  const bindings = (): Metadata[] => [{ type: "kv_namespace", name: "KV", namespace_id }];
  const all = (count: number): Promise<Handled[]> =>
    handled(it_.client, it_.edge.accountId, namespace_id, count);

  beforeEach(async () => {
    const title = `told ${String(Math.random())}`;
    namespace_id = (await it_.client.kv.namespaces.create({ ...account(), title })).id;
  });

  it("are made, changed, found by name and deleted", async () => {
    const { queues } = it_.client;
    const queue_id = await make("plain");
    assert.deepEqual(await refusalOf(queues.create({ ...account(), queue_name: "plain" })), [409, 11009]);
    const changed = await queues.edit(queue_id, { ...account(), settings: { delivery_delay: 7 } });
    assert.deepEqual(changed.settings, {
      delivery_delay: 7,
      delivery_paused: false,
      message_retention_period: 345_600,
    });
    const listed = await queues.list(account());
    assert(listed.result.some(({ queue_name }) => queue_name === "plain"));
    await queues.delete(queue_id, account());
    assert.deepEqual(await refusalOf(queues.get(queue_id, account())), [404, 11000]);
  });

  it("hand what a Worker sends to another, in a batch, and tell of it in telemetry", async () => {
    const { client, edge } = it_;
    const queue_id = await make("mixed");
    const producer = [{ type: "queue", name: "QUEUE", queue_name: "mixed" }];
    await goLive(edge, "producer", PRODUCING, { bindings: producer });
    await goLive(edge, "consumer", consuming("one"), { bindings: bindings() });
    const settings = { batch_size: 4, max_wait_time_ms: 60_000 };
    const consumer = { ...account(), type: "worker" as const, script_name: "consumer" };
    await client.queues.consumers.create(queue_id, { ...consumer, settings });
    assert.deepEqual(await refusalOf(client.queues.consumers.create(queue_id, consumer)), [409, 11004]);
    assert.equal((await ask(edge, "producer")).body, "sent");
    const found = await all(4);
    const common = { version: "one", queue: "mixed", size: 4, attempts: 1, isRecent: true };
    const bodies = ["text", { a: 1 }, [1, 2, 3], [["when", 0]]];
    const byBody = (a: Handled, b: Handled): number =>
      JSON.stringify(a.body) < JSON.stringify(b.body) ? -1 : 1;
    assert.deepEqual(found.sort(byBody), bodies.map((body) => ({ ...common, body })).sort(byBody));
    const [invocation] = await until("its telemetry", async () => {
      const rows = (await invocationsOf(edge, "consumer")).filter(
        (row) => row.$workers.eventType === "queue",
      );
      return rows.length > 0 ? rows : undefined;
    });
    assert.equal(invocation?.$workers.outcome, "ok");
    const shown = await client.queues.get(queue_id, account());
    assert.deepEqual(shown.producers, [{ type: "worker", script: "producer" }]);
    assert.equal(shown.consumers_total_count, 1);
  });

  it("split batches among the versions that are deployed", async () => {
    const { client, edge } = it_;
    const queue_id = await make("split");
    const first = await goLive(edge, "halves", consuming("one"), { bindings: bindings() });
    const second = await addVersion(edge, "halves", consuming("two"), { bindings: bindings() });
    await deploy(edge, "halves", { [first]: 50, [second]: 50 });
    await client.queues.consumers.create(queue_id, {
      ...{ ...account(), type: "worker", script_name: "halves" },
      settings: { batch_size: 1, max_wait_time_ms: 0 },
    });
    const messages = Array.from({ length: 30 }, (_, index) => ({
      body: index,
      content_type: "json" as const,
    }));
    await client.queues.messages.bulkPush(queue_id, { ...account(), messages });
    const versions = new Set((await all(30)).map(({ version }) => version));
    assert.deepEqual([...versions].sort(), ["one", "two"]);
  });

  it("hand over again what was not acknowledged, and at last to the dead letter queue", async () => {
    const { client, edge } = it_;
    const [queue_id, dead] = [await make("failing"), await make("dead")];
    const handling =
      'if (body === "bad") message.retry(); else if (body === "good") message.ack(); else throw new Error("no");';
    await goLive(edge, "fails", consuming("one", handling), { bindings: bindings() });
    await client.queues.consumers.create(queue_id, {
      ...{ ...account(), type: "worker", script_name: "fails", dead_letter_queue: "dead" },
      settings: { batch_size: 1, max_wait_time_ms: 0, max_retries: 2 },
    });
    await client.queues.consumers.create(dead, { ...account(), type: "http_pull" });
    for (const body of ["good", "bad", "throws"]) {
      await client.queues.messages.push(queue_id, { ...account(), body, content_type: "text" });
    }
    const found = await all(7);
    const attempts = (of: string): number[] =>
      found.flatMap(({ body, attempts }) => (body === of ? attempts : [])).sort();
    assert.deepEqual([attempts("good"), attempts("bad"), attempts("throws")], [[1], [1, 2, 3], [1, 2, 3]]);
    const pulled = await until("two dead letters", async () => {
      const { messages = [] } = await client.queues.messages.pull(dead, {
        ...account(),
        batch_size: 10,
        visibility_timeout_ms: 0,
      });
      return messages.length === 2 ? messages : undefined;
    });
    assert.deepEqual(pulled.map(({ body }) => body).sort(), ["bad", "throws"]);
    const acks = pulled.map(({ lease_id = "" }) => ({ lease_id }));
    assert.equal((await client.queues.messages.ack(dead, { ...account(), acks })).ackCount, 2);
    const again = await client.queues.messages.pull(dead, account());
    assert.equal(again.message_backlog_count, 0);
  });

  it("keep messages while they are paused, and lose them when they are purged", async () => {
    const { client, edge } = it_;
    const queue_id = await make("paused");
    await goLive(edge, "patient", consuming("one"), { bindings: bindings() });
    await client.queues.edit(queue_id, { ...account(), settings: { delivery_paused: true } });
    await client.queues.consumers.create(queue_id, {
      ...{ ...account(), type: "worker", script_name: "patient" },
      settings: { batch_size: 1, max_wait_time_ms: 0 },
    });
    const count = async (): Promise<number> =>
      (await client.queues.getMetrics(queue_id, account())).backlog_count;
    await client.queues.messages.push(queue_id, { ...account(), body: "lost", content_type: "text" });
    assert.equal(await count(), 1);
    await client.queues.purge.start(queue_id, { ...account(), delete_messages_permanently: true });
    assert.equal(await count(), 0);
    await client.queues.messages.push(queue_id, { ...account(), body: "kept", content_type: "text" });
    await client.queues.edit(queue_id, { ...account(), settings: { delivery_paused: false } });
    assert.deepEqual(
      (await all(1)).map(({ body }) => body),
      ["kept"],
    );
  });

  it("are named in an upload only if they are there", async () => {
    const nowhere = [{ type: "queue", name: "QUEUE", queue_name: "nowhere" }];
    await goLive(it_.edge, "lost", saying("x"));
    await assert.rejects(addVersion(it_.edge, "lost", PRODUCING, { bindings: nowhere }), /11000.*nowhere/s);
  });
});

describe("a queue with a state folder", function () {
  this.timeout(60_000);

  it("keeps its messages over a restart", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "queue-"));
    const open = (): Promise<Edge> => startEdge({ stateDir });
    const before = await open();
    const account_id = before.accountId;
    const { queue_id = "" } = await clientOf(before).queues.create({ account_id, queue_name: "kept" });
    await clientOf(before).queues.messages.push(queue_id, {
      account_id,
      body: "still here",
      content_type: "text",
    });
    await before.close();
    const after = await open();
    try {
      const { queues } = clientOf(after);
      await queues.consumers.create(queue_id, { account_id, type: "http_pull" });
      const { messages = [] } = await queues.messages.pull(queue_id, { account_id });
      assert.deepEqual(
        messages.map(({ body, attempts }) => [body, attempts]),
        [["still here", 1]],
      );
    } finally {
      await after.close();
      await rm(stateDir, { recursive: true });
    }
  });
});
