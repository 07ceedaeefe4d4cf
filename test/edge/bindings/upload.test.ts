import assert from "node:assert/strict";
import { addVersion, call, putScript, saying, useEdge } from "../support";

const GOOD = [
  { type: "kv_namespace", name: "KV", namespace_id: "a1" },
  { type: "d1", name: "DB", id: "b2" },
  { type: "r2_bucket", name: "BUCKET", bucket_name: "c3" },
  { type: "durable_object_namespace", name: "OBJECTS", class_name: "Thing" },
  { type: "service", name: "SELF", service: "bound" },
];

const CODE = `
import { DurableObject } from "cloudflare:workers";
export class Thing extends DurableObject {}
${saying("bound")}`;

describe("an upload with bindings to what is stored", () => {
  const it_ = useEdge();

  it("shows them again, with the fields that Cloudflare has", async () => {
    const { edge } = it_;
    const sent = GOOD.map((binding) => ({ ...binding, raw: true }));
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Thing"] };
    await putScript(edge, "bound", CODE, { bindings: sent, migrations });
    const { json } = await call(edge, `/accounts/${edge.accountId}/workers/scripts/bound/settings`);
    const shown = GOOD.map((binding) =>
      binding.type === "d1" ? { ...binding, database_id: "b2" } : binding,
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
      /10021.*jurisdiction/s,
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
      /10021.*named entrypoint is not emulated/s,
    ],
    ["a service that is not there", { type: "service", service: "nobody" }, /10143.*nobody/s],
    ["a queue", { type: "queue", queue_name: "q" }, /10021.*not emulate.*kv_namespace/s],
  ];
  for (const [what, binding, why] of refused) {
    it(`is refused with ${what}`, async () => {
      const bindings = [{ name: "BAD", ...binding }];
      await assert.rejects(addVersion(it_.edge, "bound", CODE, { bindings }), why);
    });
  }
});
