import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { addVersion, ask, call, putScript, saying, useEdge } from "../support";

const SHOW = "export default { fetch(request, env) { return Response.json(env); } };";

describe("the newer routes for Workers and their versions", () => {
  const started = useEdge();
  const account = (): { account_id: string } => ({ account_id: started.edge.accountId });
  const workers = (): Cloudflare["workers"]["beta"]["workers"] => started.client.workers.beta.workers;
  const base = (): string => `/accounts/${started.edge.accountId}/workers`;

  const upload = (source: string, fields: object = {}): { main_module: string } => ({
    ...account(),
    main_module: "a.mjs",
    ...{
      compatibility_date: "2025-07-24",
      modules: [
        {
          name: "a.mjs",
          content_type: "application/javascript+module",
          content_base64: Buffer.from(source).toString("base64"),
        },
      ],
      ...fields,
    },
  });
  const create = (
    worker: string,
    source: string,
    fields: object = {},
  ): Promise<Cloudflare.Workers.Beta.Workers.Version> =>
    workers().versions.create(worker, upload(source, fields) as never);

  it("make a Worker that has no version, and show it by its id and by its name", async () => {
    const made = await workers().create({ ...account(), name: "made", tags: ["team"] });
    assert.equal(made.deployed_on, null);
    assert.deepEqual(made.subdomain, {
      enabled: false,
      previews_enabled: false,
      url: started.edge.workerUrl("made"),
    });
    assert.deepEqual(made.observability, { enabled: false });
    assert.deepEqual(await workers().get(made.id, account()), made);
    assert.deepEqual(await workers().get("made", account()), made);
    const { json } = await call(started.edge, `${base()}/workers/made/versions`);
    assert.deepEqual(json.result, []);
    const latest = await call(started.edge, `${base()}/workers/made/versions/latest`);
    assert.equal(latest.json.errors[0]?.code, 10222);
    await assert.rejects(workers().create({ ...account(), name: "made" }), /already exists/);
  });

  it("edit what is given and leave the rest; update all of it", async () => {
    await workers().create({
      ...account(),
      name: "edited",
      logpush: true,
      tags: ["one"],
      observability: { enabled: true, traces: { enabled: true, persist: true } },
    });
    const edited = await workers().edit("edited", {
      ...account(),
      tags: ["two"],
      observability: { traces: { enabled: false } },
    } as never);
    assert.deepEqual(
      [edited.logpush, edited.tags, edited.observability],
      [true, ["two"], { enabled: true, traces: { enabled: false, persist: true } }],
    );
    const updated = await workers().update("edited", { ...account(), name: "edited" });
    assert.deepEqual([updated.logpush, updated.tags, updated.observability], [false, [], { enabled: false }]);
  });

  it("list Workers in the order asked for, those of the older routes too", async () => {
    await putScript(started.edge, "zz-older", saying("x"));
    await workers().create({ ...account(), name: "aa-newer" });
    const names = async (query: string): Promise<string[]> => {
      const { json } = await call(started.edge, `${base()}/workers?per_page=100&${query}`);
      return (json.result as { name: string }[]).map(({ name }) => name);
    };
    const byName = await names("order_by=name&order=desc");
    assert.deepEqual(byName, (await names("order_by=name")).toReversed());
    assert.equal(byName[0], "zz-older");
    assert.equal((await names("order_by=created_on&order=desc"))[0], "aa-newer");
    assert.equal((await names("order_by=deployed_on&order=desc"))[0], "zz-older");
    const { result_info: info } = await workers().list({ ...account(), per_page: 1 });
    assert.equal(info.per_page, 1);
  });

  it("upload versions that are the older routes' too, and deploy at once if asked", async () => {
    const { id: worker } = await workers().create({
      ...account(),
      name: "both",
      subdomain: { enabled: true },
    });
    const first = await create(worker, saying("one"), { deploy: true });
    assert.equal((await ask(started.edge, "both")).body, "one");
    const second = await create("both", saying("two"), { annotations: { "workers/tag": "v2" } });
    assert.equal((await ask(started.edge, "both")).body, "one");
    const third = await addVersion(started.edge, "both", saying("three"));
    const { json } = await call(started.edge, `${base()}/scripts/both/versions`);
    assert.deepEqual(
      (json.result as { items: { id: string; number: number }[] }).items.map(({ id, number }) => [
        id,
        number,
      ]),
      [
        [third, 3],
        [second.id, 2],
        [first.id, 1],
      ],
    );
    const got = await workers().versions.get(third, { ...account(), worker_id: worker, include: "modules" });
    assert.equal(got.main_module, "worker.mjs");
    assert.equal(Buffer.from(got.modules?.[0]?.content_base64 ?? "", "base64").toString(), saying("three"));
    assert.equal(second.annotations?.["workers/tag"], "v2");
  });

  it("leave out bindings and compatibility flags that a version has none of", async () => {
    await workers().create({ ...account(), name: "bare" });
    const made = await create("bare", saying("one"), { bindings: [], compatibility_flags: [] });
    const shown = await workers().versions.get(made.id, { ...account(), worker_id: "bare" });
    assert.deepEqual([shown.bindings, shown.compatibility_flags], [undefined, undefined]);
  });

  it("refuse what workerd does not take, and what is not emulated", async () => {
    await workers().create({ ...account(), name: "strict" });
    await assert.rejects(create("strict", "syntax error"), /10021/);
    await assert.rejects(create("strict", SHOW, { main_module: "b.mjs" }), /No such module: b\.mjs/);
    await assert.rejects(
      create("strict", SHOW, { cache_options: { enabled: true } }),
      /cache_options: the local edge does not emulate Workers Cache/,
    );
    await assert.rejects(
      create("strict", SHOW, { bindings: [{ type: "inherit", name: "KEY" }] }),
      /inherit binding 'KEY' is invalid/,
    );
    const { json } = await call(started.edge, `${base()}/workers/strict/versions`);
    assert.deepEqual(json.result, []);
  });

  it("patch the latest version's secrets into a new one that gets no traffic", async () => {
    await workers().create({ ...account(), name: "patched", subdomain: { enabled: true } });
    const bindings = [
      { type: "secret_text", name: "KEY", text: "hush" },
      { type: "secret_text", name: "PIN", text: "1234" },
    ];
    const first = await create("patched", SHOW, { bindings, deploy: true });
    const { status, json } = await call(started.edge, `${base()}/workers/patched/versions/latest`, {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify({
        env: { PIN: null, NEW: { type: "secret_text", text: "psst" } },
        annotations: { "workers/message": "a new one", "workers/tag": undefined },
      }),
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    const version = json.result as Cloudflare.Workers.Beta.Workers.Version;
    assert.equal(version.annotations?.["workers/message"], "a new one");
    assert.deepEqual(version.bindings, [
      { type: "secret_text", name: "KEY" },
      { type: "secret_text", name: "NEW" },
    ]);
    assert.deepEqual(JSON.parse((await ask(started.edge, "patched")).body), { KEY: "hush", PIN: "1234" });
    const inVersion = { ...account(), worker_id: "patched" };
    await assert.rejects(workers().versions.delete(first.id, inVersion), /in the active deployment/);
    await workers().versions.delete(version.id, inVersion);
    await assert.rejects(workers().versions.get(version.id, inVersion), Cloudflare.NotFoundError);
  });
});
