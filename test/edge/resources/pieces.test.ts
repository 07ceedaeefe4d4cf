import assert from "node:assert/strict";
import type { QueueEvent } from "../../../edge/data/cause";
import type { Result } from "../../../edge/data/deliver";
import type { Clock } from "../../../edge/data/time";
import { Broker } from "../../../edge/queues/broker";
import { newQueue } from "../../../edge/queues/new";
import { fatesOf } from "../../../edge/queues/settle";
import type { Consumer, Queue, StoredMessage } from "../../../edge/queues/types";
import { openState } from "../../../edge/state";
import { statementsOf } from "../../../edge/stores/statements";
import { registeredDomain } from "../../../edge/zones/find";

const SETTINGS = {
  ...{ batchSize: 2, maxRetries: 1, maxWaitMs: 5_000, maxConcurrency: 1 },
  ...{ retryDelay: 3, visibilityMs: 30_000 },
};

const CONSUMER: Consumer = {
  ...{ id: "c", scriptName: "worker", deadLetterQueue: "dead", createdOn: "" },
  settings: SETTINGS,
};

function message(id: string, attempts = 0): StoredMessage {
  const body = Buffer.from(JSON.stringify(id));
  return { sequence: 1, id, format: "json", body, sentMs: 0, attempts, dueMs: 0 };
}

describe("the fate of a message", () => {
  const again = (afterSeconds: number): object => ({ kind: "again", afterSeconds });
  const done = { kind: "acknowledged" };
  const dead = { kind: "dead" };
  const table: [what: string, told: object, fates: object[]][] = [
    ["a handler that ends well acknowledges all", { outcome: "ok" }, [done, done]],
    ["one that throws has all come again", { outcome: "exception" }, [again(3), dead]],
    [
      "what was acknowledged before it threw is done with",
      { outcome: "exception", explicitAcks: ["b"] },
      [again(3), done],
    ],
    [
      "a retried message has its own delay",
      { outcome: "ok", retryMessages: [{ msgId: "a", delaySeconds: 9 }] },
      [again(9), done],
    ],
    [
      "a retried batch has its own delay",
      { outcome: "ok", retryBatch: { retry: true, delaySeconds: 7 } },
      [again(7), dead],
    ],
    ["a batch that was acknowledged stays so", { outcome: "exception", ackAll: true }, [done, done]],
  ];
  for (const [what, told, fates] of table) {
    it(what, () => {
      const batch = [message("a"), message("b", 1)];
      assert.deepEqual([...fatesOf(batch, told, SETTINGS).values()], fates);
    });
  }
});

/** A clock whose hands are moved by the test, and that calls back in the order of time. */
class HandClock implements Clock {
  private time = 0;
  private readonly alarms = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.time;
  }

  at(at: number, callback: () => void): () => void {
    const alarm = { at, callback };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Moves on, and lets what was handed over meanwhile be settled. */
  async pass(ms: number): Promise<void> {
    await settled();
    const end = this.time + ms;
    for (;;) {
      const [next] = [...this.alarms].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
      await settled();
    }
    this.time = end;
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a queue in time", () => {
  const begin = (outcome: (event: QueueEvent) => Result = () => ({ outcome: "ok" })) => {
    const clock = new HandClock();
    const state = openState(undefined);
    const queue: Queue = { ...newQueue("q", "queue"), consumers: [CONSUMER] };
    state.queues.put(queue);
    state.queues.put(newQueue("d", "dead"));
    const broker = new Broker(state, clock);
    const handed: [at: number, bodies: unknown[]][] = [];
    broker.open((_script, event) => {
      handed.push([clock.now(), event.messages.map(({ body }) => body)]);
      return Promise.resolve(outcome(event));
    });
    const send = (...bodies: string[]): void => {
      broker.send(
        queue,
        bodies.map((body) => ({ format: "text", body: Buffer.from(body), delay: undefined })),
      );
    };
    return { clock, state, queue, broker, handed, send };
  };

  it("hands over a full batch at once, and a message alone when it has waited", async () => {
    const { clock, handed, send } = begin();
    send("a", "b", "c");
    await clock.pass(4_999);
    assert.deepEqual(handed, [[0, ["a", "b"]]]);
    await clock.pass(1);
    assert.deepEqual(handed[1], [5_000, ["c"]]);
    await clock.pass(60_000);
    assert.equal(handed.length, 2);
  });

  it("hands over again after the delay, and buries what has failed too often", async () => {
    const { clock, state, broker, handed, send } = begin(() => ({ outcome: "exception" }));
    send("a", "b");
    await clock.pass(60_000);
    assert.deepEqual(handed, [
      [0, ["a", "b"]],
      [3_000, ["a", "b"]],
    ]);
    const dead = state.queues.named("dead");
    assert(dead);
    assert.equal(broker.backlog(dead).count, 2);
  });

  it("delays a message by what its sender says", async () => {
    const { clock, queue, broker, handed } = begin();
    broker.send(queue, [{ format: "text", body: Buffer.from("late"), delay: 60 }]);
    await clock.pass(64_999);
    assert.deepEqual(handed, []);
    await clock.pass(1);
    assert.deepEqual(handed, [[65_000, ["late"]]]);
  });

  it("keeps messages for as long as it retains them", async () => {
    const { clock, state, queue, broker, send } = begin();
    state.queues.put({ ...queue, isPaused: true, retention: 60 });
    send("old");
    await clock.pass(61_000);
    broker.look(queue.id);
    assert.equal(broker.backlog(queue).count, 0);
  });

  it("lets a lease be ended once, and not after the message was handed over again", async () => {
    const { clock, state, queue, broker, send } = begin();
    const puller = { ...CONSUMER, scriptName: undefined };
    state.queues.put({ ...queue, consumers: [puller] });
    send("a");
    const [first] = broker.pull(queue, puller, 10, 1_000);
    assert.deepEqual(broker.pull(queue, puller, 10, 1_000), []);
    await clock.pass(1_000);
    const [second] = broker.pull(queue, puller, 10, 1_000);
    assert.deepEqual(
      [first, second].map((one) => one?.message.attempts),
      [1, 2],
    );
    assert.equal(broker.endLease(first?.leaseId ?? ""), false);
    assert.equal(broker.endLease(second?.leaseId ?? ""), true);
    assert.equal(broker.endLease("nonsense"), false);
    assert.equal(broker.backlog(queue).count, 0);
  });
});

describe("the statements of a text of SQL", () => {
  const table: [sql: string, statements: string[]][] = [
    ["SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["SELECT ';'; SELECT \"a;b\", `c;d`, [e;f]", ["SELECT ';'", 'SELECT "a;b", `c;d`, [e;f]']],
    ["SELECT 'it''s;'; -- a; b\nSELECT 2 /* ; */", ["SELECT 'it''s;'", "-- a; b\nSELECT 2 /* ; */"]],
    [
      "create temp trigger t after insert on a begin select case when 1 then 2 end; end; SELECT 1",
      ["create temp trigger t after insert on a begin select case when 1 then 2 end; end", "SELECT 1"],
    ],
    ["-- nothing\n;;", []],
    ["BEGIN; SELECT 1; END", ["BEGIN", "SELECT 1", "END"]],
    ["SELECT 'open; SELECT 2", ["SELECT 'open; SELECT 2"]],
  ];
  for (const [sql, statements] of table) {
    it(JSON.stringify(sql), () => {
      assert.deepEqual(statementsOf(sql), statements);
    });
  }
});

describe("the domain that somebody has registered", () => {
  for (const [host, domain] of [
    ["shop.example.com", "example.com"],
    ["example.com", "example.com"],
    ["a.b.example.co.uk", "example.co.uk"],
    ["example.co.uk", "example.co.uk"],
  ] as const) {
    it(`${host} is in ${domain}`, () => {
      assert.equal(registeredDomain(host), domain);
    });
  }
});
