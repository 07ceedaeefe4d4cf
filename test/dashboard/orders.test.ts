import assert from "node:assert/strict";
import { orderKinds } from "../../provider/dashboard/ports";
import { fakePorts, opened } from "./fakes";

function fieldsIn(page: string): Record<string, string> {
  return Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );
}

describe("an order from the page", () => {
  for (const kind of orderKinds) {
    it(`to ${kind} is shown and asked about, and given once however often the form is sent`, async () => {
      const ports = fakePorts();
      const { get, post } = opened(ports);
      const question = await (await get(`/workers/checkout/orders/${kind}`)).text();
      assert.match(question, /50 % → 100 % to version 5e08bee6/);
      assert.deepEqual(ports.orders, [], "asking does nothing");
      const fields = fieldsIn(question);
      const sent = [1, 2, 3].map(() =>
        post(`/workers/checkout/orders/${kind}`, { ...fields, reason: " slow " }),
      );
      const answers = await Promise.all(sent);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [303, 303, 303],
      );
      assert.deepEqual(ports.orders, [
        { scriptName: "checkout", kind, shown: `${kind} as shown`, reason: "slow" },
      ]);
      const after = await (await get(answers[0]?.headers.get("location") ?? "")).text();
      assert.match(after, new RegExp(`role="status">Done: ${kind} of checkout\\.`));
    });
  }

  it("that is refused says why, and is no button", async () => {
    const ports = fakePorts(undefined, {
      propose: () => Promise.resolve({ kind: "refused", reason: "It does not wait." }),
    });
    const page = await (await opened(ports).get("/workers/checkout/orders/approve")).text();
    assert.match(page, /It does not wait\./);
    assert.doesNotMatch(page, /method="post"/);
  });

  it("that fails is told as such", async () => {
    const ports = fakePorts(undefined, {
      order: () => Promise.reject(new Error("The release has gone on.")),
    });
    const { get, post } = opened(ports);
    const answer = await post("/workers/checkout/orders/approve", { shown: "x", once: crypto.randomUUID() });
    const after = await (await get(answer.headers.get("location") ?? "")).text();
    assert.match(after, /role="alert">The release has gone on\./);
  });

  it("without what was shown is none", async () => {
    const ports = fakePorts();
    const answer = await opened(ports).post("/workers/checkout/orders/abort", { once: "1" });
    assert.equal(answer.status, 400);
    assert.deepEqual(ports.orders, []);
  });

  it("of another kind is not there", async () => {
    assert.equal((await opened(fakePorts()).get("/workers/checkout/orders/delete")).status, 404);
  });
});

describe("starting a release from the page", () => {
  const path = "/workers/checkout/start";
  const version = "b8d1c0f2-7a53-4f0e-9c55-0d5f5a1f3e77";

  it("shows the newest versions, and what the plan that was chosen will do", async () => {
    const page = await (
      await opened(fakePorts()).get(`${path}?version=${version}&plan=plans/web.yaml`)
    ).text();
    assert.match(page, /42 · <code>b8d1c0f2<\/code>.*v2\.4\.0.*Cache the price list/);
    assert.match(page, /through 0, 25, 50 \(then a person approves\), 100 %/);
    assert.match(page, /about 850 requests to the API/);
  });

  it("starts once what was confirmed", async () => {
    const started: unknown[] = [];
    const ports = fakePorts(undefined, {
      start: (start) => {
        started.push(start);
        return Promise.resolve("Begun.");
      },
    });
    const { get, post } = opened(ports);
    const question = await (
      await get(`${path}/confirm?version=${version}&plan=plans/web.yaml&arg.maxErrors=1%25`)
    ).text();
    assert.match(
      question,
      /It runs in the command that serves this page.*Where it is stopped, the release puts the old version back/,
    );
    const fields = fieldsIn(question);
    const answers = [await post(path, fields), await post(path, fields)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303],
    );
    assert.deepEqual(started, [
      { scriptName: "checkout", versionId: version, plan: "plans/web.yaml", args: { maxErrors: "1%" } },
    ]);
  });
});
