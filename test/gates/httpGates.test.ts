import assert from "node:assert/strict";
import { httpGates } from "../../provider/gates/httpGates";
import type { GateAnswer, GateQuestion } from "../../provider/rollout/ports";

const secret = "s3cr3t";
const question: GateQuestion = {
  gate: {
    url: `https://ci.example.com/gate/${secret}?token=${secret}`,
    headers: { authorization: `Bearer ${secret}` },
  },
  ...{ releaseId: "r1", scriptName: "checkout", stage: 1, stages: 3, percent: 25 },
  ...{ newVersionId: "new", oldVersionId: "old", startedAt: Date.UTC(2030, 0, 1) },
};

type Reply = Response | Error;

/** Gates whose requests are answered with these, the last one again and again. */
function answering(...replies: Reply[]) {
  const sent: { readonly at: number; readonly url: string; readonly init: RequestInit }[] = [];
  const clock = { time: 0, now: () => clock.time };
  const send: typeof fetch = (url, init = {}) => {
    sent.push({ at: clock.time, url: url as string, init });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(copyOf(reply as Response));
  };
  const gates = httpGates(clock, send);
  /** Looks every second up to some time. */
  const until = async (seconds: number): Promise<GateAnswer> => {
    for (; clock.time < seconds * 1000; clock.time += 1000) {
      gates.ask(question);
      await new Promise(setImmediate);
    }
    return gates.ask(question);
  };
  return { sent, until, gates };
}

function copyOf({ status, headers }: Response): Response {
  return new Response(status === 200 ? "fine" : null, { status, headers });
}

describe("a gate", () => {
  it("is asked with what is released, without a wait for its answer, and a redirect is not followed", async () => {
    const { sent, until, gates } = answering(new Response("fine"));
    assert.deepEqual(gates.ask(question), { kind: "asked", text: "" });
    assert.deepEqual(await until(1), { kind: "open", text: "https://ci.example.com answered 200" });
    assert.deepEqual(gates.ask(question), { kind: "asked", text: "" }, "told once");
    const { url, init } = sent[0] ?? assert.fail();
    assert.equal(url, question.gate.url);
    assert.deepEqual([init.method, init.redirect], ["POST", "manual"]);
    assert.deepEqual(JSON.parse(init.body as string), {
      ...{ release: "r1", script: "checkout", stage: 2, stages: 3, percent: 25 },
      versions: { old: "old", new: "new" },
      startedAt: "2030-01-01T00:00:00.000Z",
    });
    assert.deepEqual(init.headers, {
      "user-agent": "pulumi-workers-release",
      authorization: `Bearer ${secret}`,
      "content-type": "application/json",
    });
  });

  const refused = new TypeError("fetch failed", {
    cause: { code: "ECONNREFUSED", message: question.gate.url },
  });
  const late = Object.assign(new Error(question.gate.url), { name: "TimeoutError" });
  const cases: [string, Reply, GateAnswer["kind"], string, number[]][] = [
    ["204", new Response(null, { status: 204 }), "open", "answered 204", []],
    ["202", new Response(null, { status: 202 }), "later", "answered 202", [0, 30, 60]],
    [
      "202 with an order",
      new Response(null, { status: 202, headers: { "retry-after": "50" } }),
      "later",
      "answered 202",
      [0, 50],
    ],
    ["403", new Response(null, { status: 403 }), "closed", "answered 403", [0, 60]],
    [
      "302",
      new Response(null, { status: 302 }),
      "closed",
      "answered 302, a redirect, which is not followed",
      [0, 60],
    ],
    ["503", new Response(null, { status: 503 }), "failing", "answered 503", [0, 5, 15, 35, 75]],
    ["nothing", refused, "failing", "could not be reached (ECONNREFUSED)", [0, 5, 15, 35, 75]],
    ["nothing in time", late, "failing", "did not answer within 10 s", [0, 5, 15, 35, 75]],
  ];
  for (const [what, reply, kind, text, times] of cases) {
    it(`that answers ${what} is ${kind}, asked again when it is due, and no secret is told`, async () => {
      const { sent, until } = answering(reply);
      const answer = await until(kind === "open" ? 1 : 80);
      assert.deepEqual(answer, { kind, text: `https://ci.example.com ${text}` });
      if (kind !== "open")
        assert.deepEqual(
          sent.map(({ at }) => at / 1000),
          times,
        );
    });
  }

  it("that fails for long is asked every five minutes", async () => {
    const { sent, until } = answering(new Response(null, { status: 500 }));
    await until(3000);
    const times = sent.map(({ at }) => at / 1000);
    assert.deepEqual(
      times.slice(-2).map((time, index, all) => time - (all[index - 1] ?? time)),
      [0, 300],
    );
  });
});
