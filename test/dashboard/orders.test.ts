import assert from "node:assert/strict";
import { orderKinds } from "../../provider/dashboard/ports";
import { over, view } from "./views";
import { fakePlans, fakePorts, goodPlan, opened } from "./fakes";

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

  it("asks for values of the arguments that the plan declares, and of no others", async () => {
    const args = `args:
  maxErrors: { type: percent, default: 2%, description: "how much may fail" }
  soak: { type: duration }
`;
    const text = goodPlan.replace("slos:", `${args}slos:`).replace("max: 1%", "max: $(args.maxErrors)");
    const files = new Map([
      ["plans/team.yaml", text.replace("soakTime: 10m", "soakTime: $(args.soak)")],
      ["plans/web.yaml", goodPlan],
    ]);
    const { get } = opened(fakePorts(undefined, { plans: fakePlans(files) }));
    const textOf = async (query: string) => (await get(`${path}?version=${version}&${query}`)).text();
    const team = await textOf("plan=plans/team.yaml");
    assert.match(team, /name="arg.maxErrors" value="" [^>]*placeholder="2%"/);
    assert.match(team, /percent, 2% by default: how much may fail/);
    assert.match(team, /name="arg.soak" value="" [^>]*required/);
    assert.match(team, /This plan needs a value for soak/);
    assert.match(await textOf("plan=plans/team.yaml&arg.soak=3m"), /through 0, 25, 50 .* at least 27m/);
    // Whoever had another plan before has its values in the form.
    const web = await textOf("plan=plans/web.yaml&arg.soak=3m");
    assert.match(web, /through 0, 25, 50 /);
    assert.doesNotMatch(web, /arg\.soak/);
  });

  it("starts once what was confirmed", async () => {
    const started: unknown[] = [];
    const withArgs = goodPlan
      .replace("slos:", "args: { maxErrors: { type: percent, default: 1% } }\nslos:")
      .replace("max: 1%", "max: $(args.maxErrors)");
    const ports = fakePorts(undefined, {
      plans: fakePlans(new Map([["plans/web.yaml", withArgs]])),
      start: (start) => {
        started.push(start);
        return Promise.resolve("Begun.");
      },
    });
    const { get, post } = opened(ports);
    const question = await (
      await get(`${path}/confirm?version=${version}&plan=plans/web.yaml&arg.maxErrors=3%25`)
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
      {
        scriptName: "checkout",
        versionId: version,
        plan: "plans/web.yaml",
        args: { maxErrors: "3%" },
        retry: undefined,
      },
    ]);
  });

  it("releases a version again that was aborted, where somebody says so in view of the reason", async () => {
    const retries: unknown[] = [];
    const aborted = over("checkout", "aborted", 'Release of checkout: SLO "5xx" violated.');
    const ports = fakePorts([{ scriptName: "checkout", view: aborted }], {
      start: ({ retry }) => {
        retries.push(retry);
        return Promise.resolve("Begun.");
      },
    });
    const { get, post } = opened(ports);
    const shown = await (await get(`${path}?version=${version}&plan=plans/web.yaml`)).text();
    assert.match(shown, /This version was aborted: Release of checkout: SLO &quot;5xx&quot; violated\./);
    const ask = async (id: string) => (await get(`${path}/confirm?version=${id}&plan=plans/web.yaml`)).text();
    const question = await ask(version);
    assert.match(question, /It is released again, from the first stage\./);
    const again = fieldsIn(question);
    await post(path, again);
    const other = fieldsIn(await ask("11111111-16da-49af-b80d-cfe8ade5debc"));
    await post(path, other);
    assert.deepEqual(retries, [again["once"], undefined]);
  });

  it("goes on with a release that was left on this machine, and with no other", async () => {
    const pageOf = async (isOurs: boolean, to = `${path}?version=${version}&plan=plans/web.yaml`) => {
      const seen = { scriptName: "checkout", view: view(), plan: "plans/web.yaml", isOurs };
      return (await opened(fakePorts([seen])).get(to)).text();
    };
    assert.match(await pageOf(true), /Go on with the release…/);
    assert.doesNotMatch(await pageOf(true, `${path}?version=other&plan=plans/web.yaml`), /Go on with the/);
    const others = await pageOf(false);
    assert.match(others, /Another one begins when it has ended/);
    assert.doesNotMatch(others, /data-dialog/);
    const link = `href="${path}?version=${version}&amp;plan=plans%2Fweb.yaml">go on with it here</a>`;
    assert.ok((await pageOf(true, "/workers/checkout")).includes(link));
    assert.ok(!(await pageOf(false, "/workers/checkout")).includes("go on with it here"));
  });
});
