import assert from "node:assert/strict";
import { liveAnswer } from "../../fixtures/live/answer";
import { ask, call, goLive, invocationsOf, until, useEdge, type Row } from "../support";

/** Does what the Worker of the recorded answers did. */
const WORKER = `export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/slow") await scheduler.wait(60_000);
    if (pathname === "/pay") {
      console.error("the bank said no");
      throw new TypeError("card declined");
    }
    console.log("cart opened");
    console.log({ tenant: "north", items: 3 });
    return new Response("here it is");
  },
};`;

/** What a request or a logged object has in there is its own affair. */
const OPEN = /\.(headers|cf)$/;

/** Every place in a value and the type of what is there, each once. */
function shapeOf(value: unknown, place = "$"): string[] {
  if (typeof value !== "object" || value === null)
    return [`${place} ${value === null ? "null" : typeof value}`];
  if (OPEN.test(place)) return [`${place} open`];
  if (Array.isArray(value))
    return distinct([`${place} list`, ...value.flatMap((one) => shapeOf(one, `${place}[]`))]);
  return distinct(Object.entries(value).flatMap(([name, part]) => shapeOf(part, `${place}.${name}`)));
}

function distinct(places: readonly string[]): string[] {
  return [...new Set(places)].sort();
}

/** What tells the rows of one kind from those of another. */
function kindOf({ source, $workers, $metadata }: Row): string {
  if ($metadata.type === "cf-worker-event") return `invocation ${$workers.outcome}`;
  if ("exception" in source) return "exception";
  return "tenant" in source ? "logged object" : `line ${$metadata.level ?? "without level"}`;
}

interface Result {
  readonly events: { readonly events: Row[]; readonly fields: unknown[] };
}

describe("the shapes of live answers", function () {
  this.timeout(120_000);
  const started = useEdge();
  const query = (body: unknown): ReturnType<typeof call> =>
    call(started.edge, `/accounts/${started.edge.accountId}/workers/observability/telemetry/query`, {
      method: "POST",
      body: JSON.stringify(body),
    });
  const result = (body: unknown): Result => (body as { result: Result }).result;

  /** The query of a live answer, about the minutes around now, in buckets of 10 s. */
  function now(name: "query-calculations" | "query-events"): object {
    const from = Math.floor(Date.now() / 10_000) * 10_000 - 90_000;
    return { ...liveAnswer(name).request, timeframe: { from, to: from + 120_000 }, granularity: 12 };
  }

  before(async function () {
    this.timeout(180_000);
    const { edge } = started;
    await goLive(edge, "shop", WORKER);
    await ask(edge, "shop", { path: "/cart?step=2&from=home" });
    await ask(edge, "shop", { path: "/pay?step=3&from=cart" });
    const signal = AbortSignal.timeout(200);
    await assert.rejects(ask(edge, "shop", { path: "/slow?step=4&from=pay", signal }));
    await until("three invocations", async () =>
      (await invocationsOf(edge, "shop")).length === 3 ? true : undefined,
    );
  });

  it("are those of a query for calculations", async () => {
    const { body } = liveAnswer("query-calculations");
    const { status, json } = await query(now("query-calculations"));
    assert.equal(status, 200);
    assert.deepEqual(shapeOf(json), shapeOf(body));
  });

  it("are those of a query for events, but for the rows and their fields", async () => {
    const { body } = liveAnswer("query-events");
    const { json } = await query(now("query-events"));
    const withoutRows = (whole: unknown): string[] =>
      shapeOf({
        ...(whole as object),
        result: { ...result(whole), events: { ...result(whole).events, events: [] } },
      });
    assert.deepEqual(withoutRows(json), withoutRows(body));
  });

  it("are those of rows of every kind, which come in the same order", async () => {
    const live = result(liveAnswer("query-events").body).events.events;
    const own = result((await query(now("query-events"))).json).events.events;
    assert.deepEqual(own.map(kindOf), live.map(kindOf));
    live.forEach((row, i) => {
      assert.deepEqual(shapeOf(own[i]), shapeOf(row), kindOf(row));
    });
    for (const { $metadata } of own) {
      assert.match($metadata.requestId, /^[0-9a-f]{32}$/);
      assert.match(String($metadata.rayId), /^[0-9a-f]{16}$/);
      assert.match($metadata.traceId, /^[0-9a-f]{32}$/);
    }
  });

  for (const name of ["refusal-bad-value", "refusal-detail", "refusal-empty"] as const)
    it(`are those of a ${name}`, async () => {
      const { request, status, body } = liveAnswer(name);
      const answer = await query(request);
      assert.equal(answer.status, status);
      assert.deepEqual(answer.json, body);
    });
});
