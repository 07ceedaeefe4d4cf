import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { addVersion, ask, call, deploy, goLive, putScript, saying, useEdge } from "../support";

const SHOW = "export default { fetch(request, env) { return Response.json(env); } };";

describe("the secrets of a script", () => {
  const started = useEdge();
  const account = (): { account_id: string } => ({ account_id: started.edge.accountId });
  const secrets = (): Cloudflare["workers"]["scripts"]["secrets"] => started.client.workers.scripts.secrets;
  const put = (script: string, name: string, text: string): Promise<unknown> =>
    secrets().update(script, { ...account(), name, text, type: "secret_text" });
  const env = async (script: string): Promise<unknown> =>
    JSON.parse((await ask(started.edge, script)).body) as unknown;

  it("are written, listed, read and deleted by name, each time in a version that is live at once", async () => {
    await goLive(started.edge, "keys", SHOW, {
      bindings: [{ type: "plain_text", name: "WORD", text: "hello" }],
      annotations: { "workers/tag": "first" },
    });
    const written = await secrets().update("keys", {
      ...account(),
      name: "KEY",
      text: "hush",
      type: "secret_text",
    });
    assert.deepEqual(written, { name: "KEY", type: "secret_text" });
    assert.deepEqual(await env("keys"), { WORD: "hello", KEY: "hush" });
    await put("keys", "KEY", "other");
    await put("keys", "PIN", "1234");
    assert.deepEqual(await env("keys"), { WORD: "hello", KEY: "other", PIN: "1234" });
    assert.deepEqual((await secrets().list("keys", account())).result, [
      { name: "KEY", type: "secret_text" },
      { name: "PIN", type: "secret_text" },
    ]);
    const one = { ...account(), script_name: "keys" };
    assert.deepEqual(await secrets().get("PIN", one), { name: "PIN", type: "secret_text" });
    assert.equal(await secrets().delete("KEY", one), null);
    assert.deepEqual(await env("keys"), { WORD: "hello", PIN: "1234" });

    const { json } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/scripts/keys/versions`,
    );
    const { items } = json.result as { items: { number: number; annotations: Record<string, string> }[] };
    assert.deepEqual(
      items.map(({ number, annotations }) => [number, annotations["workers/triggered_by"]]),
      [
        [5, "secret"],
        [4, "secret"],
        [3, "secret"],
        [2, "secret"],
        [1, "upload"],
      ],
    );
    assert.equal(items[0]?.annotations["workers/tag"], undefined);
  });

  it("are written and deleted many at once, in one version", async () => {
    await goLive(started.edge, "bulk", SHOW, {
      bindings: [
        { type: "secret_text", name: "GOES", text: "1" },
        { type: "secret_text", name: "STAYS", text: "2" },
      ],
    });
    const left = await secrets().bulkUpdate("bulk", {
      ...account(),
      secrets: { GOES: null, NEVER: null, COMES: { name: "COMES", text: "3", type: "secret_text" } },
    });
    assert.deepEqual(left, {
      STAYS: { name: "STAYS", type: "secret_text" },
      COMES: { name: "COMES", type: "secret_text" },
    });
    assert.deepEqual(await env("bulk"), { STAYS: "2", COMES: "3" });
  });

  it("cannot be edited while the latest version is not the one that is live", async () => {
    const live = await putScript(started.edge, "undeployed", saying("one"));
    const latest = await addVersion(started.edge, "undeployed", saying("two"));
    await assert.rejects(put("undeployed", "KEY", "1"), hasCode(10215));
    await deploy(started.edge, "undeployed", { [live]: 50, [latest]: 50 });
    await assert.rejects(put("undeployed", "KEY", "1"), hasCode(10215));
    await deploy(started.edge, "undeployed", { [latest]: 100 });
    await put("undeployed", "KEY", "1");
  });

  const refused: [what: string, act: () => Promise<unknown>, code: number][] = [
    ["of a script that is not there", () => put("nobody", "KEY", "1"), 10007],
    ["under the name of another binding", () => put("taken", "WORD", "1"), 10053],
    ["that are not there", () => secrets().get("NONE", { ...account(), script_name: "taken" }), 10056],
    [
      "to delete that are not there",
      () => secrets().delete("WORD", { ...account(), script_name: "taken" }),
      10056,
    ],
  ];
  before(async () => {
    const bindings = [{ type: "plain_text", name: "WORD", text: "hello" }];
    await putScript(started.edge, "taken", saying("x"), { bindings });
  });
  for (const [what, act, code] of refused) {
    it(`${what} are refused with code ${code}`, async () => {
      await assert.rejects(act(), hasCode(code));
    });
  }

  it("written at the same time are all there", async () => {
    await goLive(started.edge, "crowd", SHOW);
    await Promise.all(["A", "B", "C"].map((name) => put("crowd", name, name.toLowerCase())));
    assert.deepEqual(await env("crowd"), { A: "a", B: "b", C: "c" });
  });

  it("stay out of what is written at the same time as a deployment of something else", async () => {
    const old = await goLive(started.edge, "race", SHOW);
    await putScript(started.edge, "race", SHOW);
    const writing = put("race", "KEY", "1").then(
      () => "written",
      (error: unknown) => {
        hasCode(10215)(error);
        return "refused";
      },
    );
    await deploy(started.edge, "race", { [old]: 100 });
    const outcome = await writing;
    const { json } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/scripts/race/secrets`,
    );
    assert.equal((json.result as unknown[]).length, outcome === "written" ? 1 : 0);
  });
});

function hasCode(code: number): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Cloudflare.APIError, String(error));
    assert.equal((error.errors as { code: number }[])[0]?.code, code);
    return true;
  };
}
