import assert from "node:assert/strict";
import type { TelemetryEvent, TelemetryOptions } from "../../../edge/telemetry";
import { SqliteTelemetry } from "../../../edge/telemetry/store";
import { invocation, line, START } from "./sample";

const DAY = 86_400_000;

/** A store whose time is set by the test. */
function storeAt(options: TelemetryOptions): {
  store: SqliteTelemetry;
  at: (now: number) => void;
  ids: () => string[];
} {
  let now = START;
  const store = new SqliteTelemetry(":memory:", options, () => now);
  const timeframe = { from: START - 2 * DAY, to: START + 2 * DAY };
  return {
    store,
    at: (moment) => {
      now = moment;
    },
    ids: () => {
      const body = { queryId: "q", timeframe, view: "events", limit: 2000, parameters: {} };
      const { events } = store.query(body) as { events: { events: { $metadata: { requestId: string } }[] } };
      return events.events.map((event) => event.$metadata.requestId).sort();
    },
  };
}

function retainAll(store: SqliteTelemetry): number {
  let steps = 1;
  while (store.retain()) steps++;
  return steps;
}

function everySecond(count: number): TelemetryEvent[] {
  return Array.from({ length: count }, (_, i) =>
    invocation({ requestId: `r${i}`, timestamp: START + i * 1000 }),
  );
}

describe("retention", () => {
  it("removes what is older than it keeps, and nothing else", () => {
    const { store, at, ids } = storeAt({ keepForMs: DAY });
    store.record(everySecond(3));
    at(START + DAY);
    retainAll(store);
    assert.deepEqual(ids(), ["r0", "r1", "r2"]);
    // A query would not find what is older, removed or not.
    at(START + DAY + 1001);
    retainAll(store);
    assert.deepEqual(ids(), ["r2"]);
  });

  it("removes the oldest of too many, whatever order they came in, a step at a time", () => {
    const { store, ids } = storeAt({ keepEvents: 10 });
    store.record(everySecond(2500).reverse());
    assert.equal(retainAll(store), 4);
    assert.deepEqual(ids(), [
      "r2490",
      "r2491",
      "r2492",
      "r2493",
      "r2494",
      "r2495",
      "r2496",
      "r2497",
      "r2498",
      "r2499",
    ]);
    store.record([
      invocation({ requestId: "late", timestamp: START }),
      invocation({ requestId: "r", timestamp: START + DAY }),
    ]);
    retainAll(store);
    assert.ok(!ids().includes("late") && ids().includes("r"));
    assert.equal(ids().length, 10);
  });

  it("forgets a version with its last event, until it serves again", () => {
    const { store, at, ids } = storeAt({ keepForMs: DAY });
    store.record(everySecond(1));
    at(START + DAY + 1);
    retainAll(store);
    assert.deepEqual(ids(), []);
    store.record([invocation({ requestId: "again", timestamp: START + DAY })]);
    assert.deepEqual(ids(), ["again"]);
  });

  it("keeps a week when not told otherwise", () => {
    const { store, at, ids } = storeAt({});
    store.record(everySecond(1));
    at(START + 7 * DAY);
    retainAll(store);
    assert.equal(ids().length, 1);
    at(START + 7 * DAY + 1);
    retainAll(store);
    assert.deepEqual(ids(), []);
  });
});

describe("ingest delay", () => {
  it("hides an event from every call until so long after it happened", () => {
    const { store, at, ids } = storeAt({ ingestDelayMs: 5_000 });
    store.record([line("hello", { requestId: "r" }), invocation({ requestId: "r" })]);
    const timeframe = { from: START, to: START + 1000 };
    const asked = { queryId: "q", timeframe, parameters: { calculations: [{ operator: "count" }] } };
    const found = (): unknown[] => {
      const { calculations } = store.query(asked) as { calculations: { aggregates: { value: number }[] }[] };
      const { invocations } = store.query({ ...asked, view: "invocations" }) as {
        invocations: Record<string, unknown[]>;
      };
      const values = store.values({ datasets: [], key: "$metadata.type", type: "string", timeframe });
      return [
        calculations[0]?.aggregates[0]?.value,
        ids().length,
        invocations["r"]?.length ?? 0,
        store.keys({ keyNeedle: { value: "$workers.outcome" } }).length,
        values.length,
      ];
    };
    at(START + 4_999);
    assert.deepEqual(found(), [0, 0, 0, 0, 0]);
    at(START + 5_000);
    assert.deepEqual(found(), [2, 2, 2, 1, 2]);
  });

  it("differs from one invocation to the next, and lets later ones be seen before earlier ones", () => {
    const { store, at, ids } = storeAt({ ingestDelayMs: [1_000, 60_000] });
    store.record(everySecond(60));
    at(START + 30_000);
    const visible = ids();
    const hidden = everySecond(30).filter(({ requestId }) => !visible.includes(requestId));
    assert.ok(visible.length > 0 && hidden.length > 0);
    assert.ok(hidden.some(({ requestId }) => requestId < (visible.at(-1) ?? "")));
    at(START + 2 * 60_000);
    assert.equal(ids().length, 60);
  });

  it("is the same for all rows of an invocation, and the same again with the same seed", () => {
    const rows = everySecond(60).flatMap((event) => [
      line("one", { requestId: event.requestId, timestamp: event.timestamp }),
      event,
    ]);
    const seenAt = (seed: number): string[] => {
      const { store, at, ids } = storeAt({ ingestDelayMs: [1_000, 60_000], seed });
      store.record(rows);
      at(START + 30_000);
      return ids();
    };
    const seen = seenAt(1);
    for (const id of seen) assert.equal(seen.filter((other) => other === id).length, 2, id);
    assert.deepEqual(seenAt(1), seen);
    assert.notDeepEqual(seenAt(2), seen);
  });
});
