import assert from "node:assert/strict";
import type Cloudflare from "cloudflare";
import { addVersion, call, putScript, saying, useEdge, type Metadata } from "../support";

/** Bindings of all kinds, to what is there. */
async function goodBindings(client: Cloudflare, account_id: string): Promise<Metadata[]> {
  const { id: namespace_id } = await client.kv.namespaces.create({ account_id, title: "bound" });
  const { uuid: id = "" } = await client.d1.database.create({ account_id, name: "bound" });
  const { name: bucket_name = "" } = await client.r2.buckets.create({ account_id, name: "bound" });
  return [
    { type: "kv_namespace", name: "KV", namespace_id },
    { type: "d1", name: "DB", id },
    { type: "r2_bucket", name: "BUCKET", bucket_name },
    { type: "durable_object_namespace", name: "OBJECTS", class_name: "Thing" },
    { type: "service", name: "SELF", service: "bound" },
    { type: "ratelimit", name: "LIMIT", namespace_id: "7", simple: { limit: 1, period: 60 } },
    { type: "analytics_engine", name: "DATA", dataset: "visits" },
  ];
}

const CODE = `
import { DurableObject } from "cloudflare:workers";
export class Thing extends DurableObject {}
${saying("bound")}`;

describe("an upload with bindings to what is stored", () => {
  const it_ = useEdge();

  it("shows them again, with the fields that Cloudflare has", async () => {
    const { edge, client } = it_;
    const good = await goodBindings(client, edge.accountId);
    const sent = good.map((binding) => ({ ...binding, raw: true }));
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Thing"] };
    await putScript(edge, "bound", CODE, { bindings: sent, migrations });
    const { json } = await call(edge, `/accounts/${edge.accountId}/workers/scripts/bound/settings`);
    const shown = good.map((binding) =>
      binding["type"] === "d1" ? { ...binding, database_id: binding["id"] } : binding,
    );
    assert.deepEqual((json.result as { bindings: unknown }).bindings, shown);
  });

  const refused: [what: string, binding: Record<string, unknown>, why: RegExp][] = [
    ["a KV namespace without an id", { type: "kv_namespace" }, /10021.*namespace_id/s],
    ["an id that is a path", { type: "kv_namespace", namespace_id: "../x" }, /10021.*letters, digits/s],
    ["a database without an id", { type: "d1" }, /10021.*id: is the id of a database/s],
    [
      "a bucket in a jurisdiction",
      { type: "r2_bucket", bucket_name: "a", jurisdiction: "eu" },
      /10021.*jurisdiction.*--allow-stubs/s,
    ],
    [
      "a class that no migration has made",
      { type: "durable_object_namespace", class_name: "Other" },
      /10061.*'Other'/s,
    ],
    [
      "a class of a Worker that is not there",
      { type: "durable_object_namespace", class_name: "Thing", script_name: "nobody" },
      /10061.*'Thing'/s,
    ],
    [
      "a named entrypoint",
      { type: "service", service: "bound", entrypoint: "Admin" },
      /10021.*not emulate.*named entrypoint.*--allow-stubs/s,
    ],
    ["a service that is not there", { type: "service", service: "nobody" }, /10143.*nobody/s],
    ["Workers AI", { type: "ai" }, /10021.*not emulate.*'ai'.*--allow-stubs/s],
    ["a kind that nobody knows", { type: "oracle" }, /10021.*not emulate.*kv_namespace/s],
    [
      "a KV namespace that is not there",
      { type: "kv_namespace", namespace_id: "0123456789abcdef0123456789abcdef" },
      /10041.*not found.*--allow-stubs/s,
    ],
    ["the title of a KV namespace", { type: "kv_namespace", namespace_id: "bound" }, /10042.*not valid/s],
    ["a database that is not there", { type: "d1", id: "none" }, /10181.*'none'.*not found/s],
    ["a bucket that is not there", { type: "r2_bucket", bucket_name: "none" }, /10085.*'none' not found/s],
    [
      "a rate limit of another period",
      { type: "ratelimit", namespace_id: "1", simple: { limit: 1, period: 7 } },
      /10021.*simple\.period|10021.*simple: period/s,
    ],
  ];
  for (const [what, binding, why] of refused) {
    it(`is refused with ${what}`, async () => {
      const bindings = [{ name: "BAD", ...binding }];
      await assert.rejects(addVersion(it_.edge, "bound", CODE, { bindings }), why);
    });
  }
});
