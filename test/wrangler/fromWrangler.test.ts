import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { check } from "../../provider/pulumi/versionProvider";
import { fromWrangler } from "../../provider/wrangler";
import { partsOf } from "../../provider/wrangler/form";
import { configuration, metadata } from "../../provider/wrangler/read";

const CONFIG = `{
  // A comment, as in most of them.
  "name": "shop",
  "main": "src/index.ts",
  "compatibility_date": "2026-01-31",
  "vars": { "WORD": "top" },
  "limits": { "cpu_ms": 50 },
  "placement": { "mode": "smart" },
  "cache": { "enabled": true },
  "logpush": true,
  "keep_vars": true,
  "assets": { "directory": "public", "binding": "ASSETS", "run_worker_first": ["/api/*"] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }],
  "env": {
    "production": {
      "vars": { "WORD": "production" },
      "kv_namespaces": [{ "binding": "KV", "id": "abc" }],
      "d1_databases": [{ "binding": "DB", "database_id": "x", "database_name": "y" }],
      "durable_objects": { "bindings": [{ "name": "ROOMS", "class_name": "Room" }] },
      "tail_consumers": [{ "service": "tail" }],
      "observability": { "enabled": true, "head_sampling_rate": 0.5, "redact_query_string": true, "logs": { "invocation_logs": true } }
    }
  }
}`;

const SOURCE = `
import note from "./note.txt";
export class Room {}
export default { fetch(): Response { return new Response(note as string); } };`;

describe("the arguments of a ScriptVersion from wrangler's configuration", function () {
  this.timeout(120_000);
  let folder: string;
  let config: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "from-wrangler-"));
    config = join(folder, "wrangler.jsonc");
    for (const part of ["src", "public", "node_modules"]) mkdirSync(join(folder, part));
    writeFileSync(config, CONFIG);
    writeFileSync(join(folder, "src", "index.ts"), SOURCE);
    writeFileSync(join(folder, "src", "note.txt"), "a note");
    writeFileSync(join(folder, "public", "hello.txt"), "hello");
    const wrangler = dirname(require.resolve("wrangler/package.json"));
    symlinkSync(wrangler, join(folder, "node_modules", "wrangler"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are those of the environment, with the Worker as wrangler has built it", async () => {
    const { modules, ...args } = fromWrangler(config, { env: "production" });
    assert.deepEqual(args, {
      scriptName: "shop-production",
      mainModule: "index.js",
      compatibilityDate: "2026-01-31",
      compatibilityFlags: [],
      bindings: [
        { type: "plain_text", name: "WORD", text: "production" },
        { type: "kv_namespace", name: "KV", namespace_id: "abc" },
        { type: "durable_object_namespace", name: "ROOMS", class_name: "Room" },
        { type: "d1", name: "DB", id: "x" },
        { type: "assets", name: "ASSETS" },
      ],
      keepBindings: ["secret_text", "secret_key", "plain_text", "json"],
      limits: { cpuMs: 50 },
      placement: { mode: "smart" },
      cache: { enabled: true },
      logpush: true,
      tailConsumers: [{ service: "tail" }],
      observability: {
        enabled: true,
        headSamplingRate: 0.5,
        redactQueryString: true,
        logs: { invocationLogs: true },
      },
      assets: {
        directory: join(folder, "public"),
        config: { runWorkerFirst: ["/api/*"] },
      },
      migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }],
    });
    assert.deepEqual(
      modules.map(({ contentType }) => contentType),
      ["application/javascript+module", "text/plain", "application/source-map"],
    );
    assert.equal(readFileSync(modules[1]?.contentFile ?? "", "utf8"), "a note");
    const account = { accountId: "0123456789abcdef0123456789abcdef", scriptName: "shop" };
    assert.deepEqual((await check({ ...account, ...args }, { ...account, ...args, modules })).failures, []);
  });

  it("name what a ScriptVersion cannot take, and what wrangler refuses", () => {
    writeFileSync(
      config,
      CONFIG.replace('"logpush": true', '"streaming_tail_consumers": [{ "service": "tail" }]'),
    );
    assert.throws(
      () => fromWrangler(config),
      /^Error: fromWrangler cannot make a ScriptVersion of .*wrangler\.jsonc: it has no input for streaming_tail_consumers\. Take it out/,
    );
    writeFileSync(config, CONFIG.replace("src/index.ts", "src/nowhere.ts"));
    // Nor are there colours in it, which wrangler sends to no terminal as well.
    assert.throws(
      () => fromWrangler(config),
      ({ message }: Error) =>
        /^wrangler could not build the Worker of .*nowhere/s.test(message) && !message.includes("\uFFFD"),
    );
  });

  it("need a wrangler beside the configuration", () => {
    rmSync(join(folder, "node_modules"), { recursive: true });
    assert.throws(
      () => fromWrangler(config),
      /which is not installed where .* can find it\. Install it there: npm install/,
    );
  });
});

describe("what of a Worker a ScriptVersion would lose", () => {
  const faults = (schema: z.ZodType, value: unknown): string[] =>
    (schema.safeParse(value).error?.issues ?? []).map(({ message }) => message);

  it("are the files of Workers Sites, which wrangler uploads apart", () => {
    assert.deepEqual(faults(configuration, { name: "shop", site: { bucket: "public" } }), [
      "the files of Workers Sites would be lost; serve them as static assets (`assets`)",
    ]);
    assert.deepEqual(faults(configuration, { name: "shop", site: null }), []);
  });

  it("is the whole of it where it is in service-worker syntax, whatever else its upload says", () => {
    const upload = { body_part: "index.js", bindings: [], code_update_strategy: { mode: "immediate" } };
    assert.deepEqual(faults(metadata, upload), [
      "the Worker is in the older service-worker syntax; write it as an ES module (`export default { fetch }`)",
    ]);
  });
});

describe("a form as wrangler writes it into a file", () => {
  it("is read part by part, whatever bytes are in them", async () => {
    const bytes = new Uint8Array([13, 10, 45, 45, 13, 10, 0, 255]);
    const form = new FormData();
    form.append("metadata", '{"main_module":"a.js"}');
    form.append("a.wasm", new File([bytes], "a.wasm", { type: "application/wasm" }), "a.wasm");
    const parts = partsOf(Buffer.from(await new Response(form).arrayBuffer()));
    assert.deepEqual(
      parts.map(({ name, filename, contentType, content }) => [name, filename, contentType, [...content]]),
      [
        ["metadata", undefined, undefined, [...Buffer.from('{"main_module":"a.js"}')]],
        ["a.wasm", "a.wasm", "application/wasm", [...bytes]],
      ],
    );
    assert.deepEqual(partsOf(Buffer.alloc(0)), []);
  });
});
