import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { addVersion, ask, call, enable, putScript, saying, useEdge, type Envelope } from "../support";

const COUNTER = `
  import { DurableObject } from "cloudflare:workers";
  export class Counter extends DurableObject {}
  export default { fetch() { return new Response("counts"); } };`;

describe("an uploaded version", () => {
  const started = useEdge();
  const path = (of: string): string => `/accounts/${started.edge.accountId}/workers/scripts/${of}`;

  /** Uploads as clients do that the official one does not speak for. */
  function upload(
    method: string,
    of: string,
    fields: object,
    source = saying("x"),
  ): Promise<{ status: number; json: Envelope }> {
    const body = new FormData();
    body.append(
      "metadata",
      JSON.stringify({ main_module: "a.mjs", compatibility_date: "2025-07-24", ...fields }),
    );
    body.append("a.mjs", new File([source], "a.mjs", { type: "application/javascript+module" }));
    return call(started.edge, path(of), { method, body });
  }

  it("is shown with all that was said of it", async () => {
    await putScript(started.edge, "full", saying("one"));
    const { json } = await upload("POST", "full/versions", {
      compatibility_flags: ["nodejs_compat"],
      usage_model: "standard",
      bindings: [{ type: "plain_text", name: "WORD", text: "hello" }],
      limits: { cpu_ms: 50 },
      placement: { mode: "smart" },
      annotations: { "workers/tag": "v2", "workers/message": "é".repeat(501), "workers/alias": "next" },
      keep_assets: true,
      package_dependencies: [{ name: "hono", packageJsonVersion: "4", installedVersion: "4.1.0" }],
    });
    const made = json.result as Record<string, unknown>;
    assert.match(
      json.messages[0]?.message ?? "",
      /workers\/alias is kept, but the local edge has no preview URLs/,
    );
    const { json: shown } = await call(started.edge, path(`full/versions/${String(made["id"])}`));
    assert.deepEqual(shown.result, made);
    const { id, metadata, resources, startup_time_ms, ...rest } = made;
    assert.deepEqual(rest, {
      number: 2,
      annotations: {
        "workers/tag": "v2",
        "workers/message": "é".repeat(500),
        "workers/alias": "next",
        "workers/triggered_by": "version_upload",
      },
    });
    const { script, ...others } = resources as { script: { etag: string } };
    assert.match(script.etag, /^[0-9a-f]{64}$/);
    assert.deepEqual(others, {
      script_runtime: {
        compatibility_date: "2025-07-24",
        compatibility_flags: ["nodejs_compat"],
        usage_model: "standard",
        limits: { cpu_ms: 50 },
      },
      bindings: [{ type: "plain_text", name: "WORD", text: "hello" }],
    });
    assert.equal(typeof id, "string");
    assert.equal(typeof startup_time_ms, "number");
    assert.equal((metadata as { source: string }).source, "api");
  });

  it("inherits bindings: strictly, or leaving out what is not there", async () => {
    const bindings = [{ type: "secret_text", name: "KEY", text: "hush" }];
    await putScript(started.edge, "heir", saying("x"), { bindings });
    await enable(started.edge, "heir");
    const wanted = {
      bindings: ["KEY", "NONE"].map((name) => ({ type: "inherit", name })),
    };
    const show = "export default { fetch(request, env) { return Response.json(env); } };";
    const strict = await upload("POST", "heir/versions?bindings_inherit=strict", wanted, show);
    assert.equal(strict.json.errors[0]?.code, 10057);
    assert.match(strict.json.errors[0].message, /^inherit binding 'NONE' is invalid/);
    assert.equal((await upload("PUT", "heir?bindings_inherit=strict", wanted, show)).status, 400);
    assert.equal((await upload("PUT", "heir", wanted, show)).status, 200);
    assert.deepEqual(JSON.parse((await ask(started.edge, "heir")).body), { KEY: "hush" });
  });

  it("may not change Durable Object classes; one that is deployed at once may", async () => {
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Counter"] };
    const fields = {
      migrations,
      bindings: [{ type: "durable_object_namespace", name: "C", class_name: "Counter" }],
    };
    await putScript(started.edge, "objects", saying("x"));
    const refused = await upload("POST", "objects/versions", fields, COUNTER);
    assert.deepEqual([refused.status, refused.json.errors[0]?.code], [400, 10211]);
    const made = await upload("PUT", "objects", fields, COUNTER);
    assert.equal(made.status, 200, JSON.stringify(made.json.errors));
    const { json } = await call(started.edge, path("objects/settings"));
    assert.equal((json.result as { migration_tag: string }).migration_tag, "v1");
    const environment = `/accounts/${started.edge.accountId}/workers/services/objects/environments/production`;
    const { json: bindings } = await call(started.edge, `${environment}/bindings`);
    assert.equal((bindings.result as { script_name: string }[])[0]?.script_name, "objects");
    const again = await upload("PUT", "objects", fields, COUNTER);
    assert.deepEqual([again.status, again.json.errors[0]?.code], [412, 10079]);
    const same = await upload(
      "POST",
      "objects/versions",
      { migrations: { old_tag: "v1", new_tag: "v1" } },
      COUNTER,
    );
    assert.equal(same.status, 200, JSON.stringify(same.json.errors));
  });

  const refused: [what: string, fields: object, message: RegExp][] = [
    ["a limit that is none", { limits: { cpu_ms: 0 } }, /limits\.cpu_ms/],
    ["a limit that nobody knows", { limits: { memory: 1 } }, /memory/],
    ["a usage model that nobody knows", { usage_model: "free" }, /usage_model/],
    ["a tag that is too long", { annotations: { "workers/tag": "x".repeat(101) } }, /100 bytes/],
    ["containers", { containers: [{ class_name: "C" }] }, /metadata\.containers is not emulated/],
    ["a cache", { cache_options: { enabled: true } }, /cache_options: the local edge does not emulate/],
    ["something that nobody knows", { surprise: 1 }, /metadata\.surprise is not emulated/],
  ];
  it("with a binding that has no name is refused with a code of its own", async () => {
    const named = { type: "plain_text", name: "A", text: "x" };
    for (const nameless of [{ type: "ai" }, { ...named, name: "" }]) {
      const { json } = await upload("PUT", "refused", { bindings: [named, nameless] });
      assert.deepEqual(json.errors[0], { code: 10052, message: "Binding at index 1 must have a name." });
    }
  });

  for (const [what, fields, message] of refused) {
    it(`with ${what} is refused with code 10021`, async () => {
      const { status, json } = await upload("PUT", "refused", fields);
      assert.deepEqual([status, json.errors[0]?.code], [400, 10021]);
      assert.match(json.errors[0]?.message ?? "", message);
    });
  }

  it("says nothing with what is off or empty", async () => {
    const { status, json } = await upload("PUT", "quiet", {
      cache_options: { enabled: false },
      containers: [],
      exports: {},
      assets: null,
      tail_consumers: [],
      observability: { logs: { enabled: true } },
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    const { observability } = json.result as { observability: unknown };
    assert.deepEqual(observability, { enabled: false, logs: { enabled: true } });
  });

  it("is not there under an id that is none, or another script's", async () => {
    const other = await putScript(started.edge, "other", saying("x"));
    await addVersion(started.edge, "full", saying("three"));
    for (const id of [other, "none"]) {
      const { status, json } = await call(started.edge, path(`full/versions/${id}`));
      assert.deepEqual([status, json.errors[0]?.code], [404, 10007], id);
      assert.match(json.errors[0]?.message ?? "", /workers\.api\.error\.version_not_found/);
    }
    const script = { account_id: started.edge.accountId, script_name: "full" };
    await assert.rejects(
      started.client.workers.scripts.versions.get(other, script),
      Cloudflare.NotFoundError,
    );
  });
});
