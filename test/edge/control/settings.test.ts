import assert from "node:assert/strict";
import { addVersion, ask, call, deploy, goLive, putScript, saying, useEdge, type Envelope } from "../support";

const SHOW = "export default { fetch(request, env) { return Response.json(env); } };";

describe("settings of the latest version", () => {
  const started = useEdge();
  const path = (of: string): string => `/accounts/${started.edge.accountId}/workers/scripts/${of}`;

  function edit(script: string, change: object): Promise<{ status: number; json: Envelope }> {
    const body = new FormData();
    body.append("settings", JSON.stringify(change));
    return call(started.edge, path(`${script}/settings`), { method: "PATCH", body });
  }

  const env = async (script: string): Promise<unknown> =>
    JSON.parse((await ask(started.edge, script)).body) as unknown;

  it("are edited in a version that is live at once: what is left out stays", async () => {
    const bindings = [
      { type: "plain_text", name: "WORD", text: "hello" },
      { type: "secret_text", name: "KEY", text: "hush" },
    ];
    await goLive(started.edge, "edited", SHOW, { bindings, limits: { cpu_ms: 50 }, tags: ["team"] });
    const { status, json } = await edit("edited", {
      bindings: [
        { type: "inherit", name: "KEY" },
        { type: "inherit", name: "GREETING", old_name: "WORD" },
        { type: "plain_text", name: "NEW", text: "!" },
      ],
      compatibility_date: "2025-08-01",
      placement: { mode: "smart" },
      logpush: true,
      annotations: { "workers/message": "edited" },
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    const settings = json.result as Record<string, unknown>;
    assert.deepEqual(settings["bindings"], [
      { type: "secret_text", name: "KEY" },
      { type: "plain_text", name: "GREETING", text: "hello" },
      { type: "plain_text", name: "NEW", text: "!" },
    ]);
    const { compatibility_date, placement, limits, logpush, tags } = settings;
    assert.deepEqual(
      { compatibility_date, placement, limits, logpush, tags },
      {
        compatibility_date: "2025-08-01",
        placement: { mode: "smart" },
        limits: { cpu_ms: 50 },
        logpush: true,
        tags: ["team"],
      },
    );
    assert.deepEqual(await env("edited"), { KEY: "hush", GREETING: "hello", NEW: "!" });
    const { json: listed } = await call(started.edge, path("edited/versions"));
    const { items } = listed.result as { items: { number: number; annotations: Record<string, string> }[] };
    assert.equal(items[0]?.number, 2);
    assert.equal(items[0].annotations["workers/message"], "edited");
  });

  it("are edited without a new version where they belong to none", async () => {
    await putScript(started.edge, "script-only", saying("x"));
    await edit("script-only", { logpush: true });
    const { json } = await call(started.edge, path("script-only/versions"));
    assert.equal((json.result as { items: unknown[] }).items.length, 1);
  });

  it("cannot be edited while the latest version is not the one that is live; those of the script can", async () => {
    await putScript(started.edge, "undeployed", saying("one"));
    const latest = await addVersion(started.edge, "undeployed", saying("two"));
    const change = { compatibility_date: "2025-08-01" };
    const { status, json } = await edit("undeployed", change);
    assert.deepEqual([status, json.errors[0]?.code], [400, 10214]);
    assert.equal((await edit("undeployed", { logpush: true })).status, 200);
    await deploy(started.edge, "undeployed", { [latest]: 100 });
    assert.equal((await edit("undeployed", change)).status, 200);
  });

  const refused: [what: string, change: object, code: number, message: RegExp][] = [
    ["to inherit what is not there", { bindings: [{ type: "inherit", name: "X" }] }, 10057, /'X' is invalid/],
    ["of a type that is not emulated", { bindings: [{ type: "ai", name: "AI" }] }, 10021, /type 'ai'/],
    ["that workerd refuses", { compatibility_flags: ["no_such_flag"] }, 10021, /no_such_flag/],
    ["that are not emulated", { assets: { jwt: "x" } }, 10021, /settings\.assets is not emulated/],
    [
      "that only an upload has",
      { keep_bindings: ["json"] },
      10021,
      /settings\.keep_bindings is not emulated/,
    ],
    ["of another type", { logpush: "yes" }, 10026, /logpush/],
    ["with a tag that is too long", { annotations: { "workers/tag": "x".repeat(101) } }, 10026, /100 bytes/],
  ];
  before(async () => {
    await putScript(started.edge, "strict", saying("x"));
  });
  for (const [what, change, code, message] of refused) {
    it(`${what} are refused with code ${code}, and leave all as it was`, async () => {
      const { status, json } = await edit("strict", change);
      assert.deepEqual([status, json.errors[0]?.code], [400, code]);
      assert.match(json.errors[0]?.message ?? "", message);
      const { json: listed } = await call(started.edge, path("strict/versions"));
      assert.equal((listed.result as { items: unknown[] }).items.length, 1);
    });
  }
});
