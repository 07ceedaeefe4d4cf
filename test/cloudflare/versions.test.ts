import assert from "node:assert/strict";
import type { Upload } from "../../provider/cloudflare/upload";
import { cloudflareVersions } from "../../provider/cloudflare/versions";
import { failure, startServer, success, type Answer, type Seen, type Server } from "./server";

const upload: Upload = {
  mainModule: "index.mjs",
  modules: [
    { name: "index.mjs", content: "export default {}", contentType: "application/javascript+module" },
    { name: "lib/data.bin", content: new Uint8Array([104, 105]), contentType: "application/octet-stream" },
  ],
  compatibilityDate: "2026-01-31",
  bindings: [
    { type: "plain_text", name: "GREETING", text: "hello" },
    { type: "secret_text", name: "KEY", text: "hunter2" },
  ],
  observability: { enabled: true },
  annotations: { message: "a change" },
};

const noWorker = failure(404, 10007, "This Worker does not exist on your account.");
const someVersions = success({ items: [{ id: "v1", number: 1 }] });

/** The parts of a form: the lines of their headers, and their content. */
function partsOf({ headers, body }: Seen): string[][] {
  const boundary = /boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1] ?? "";
  const parts = body.split(`--${boundary}`).slice(1, -1);
  return parts.map((part) => part.trim().split(/(?:\r\n)+/));
}

const metadata = {
  main_module: "index.mjs",
  compatibility_date: "2026-01-31",
  bindings: upload.bindings,
  keep_bindings: ["secret_text", "secret_key"],
  annotations: { "workers/message": "a change" },
};

const modules = [
  [
    'Content-Disposition: form-data; name="index.mjs"; filename="index.mjs"',
    "Content-Type: application/javascript+module",
    "export default {}",
  ],
  [
    'Content-Disposition: form-data; name="lib/data.bin"; filename="lib/data.bin"',
    "Content-Type: application/octet-stream",
    "hi",
  ],
];

describe("Cloudflare's versions", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function versions(...answers: Answer[]) {
    await server?.close();
    server = await startServer(...answers);
    return cloudflareVersions(server.client, { accountId: "acc", scriptName: "checkout" });
  }

  function requests(): string[] {
    return (server?.seen ?? []).map(
      ({ method, path }) => `${method} ${path.replace("/accounts/acc/workers/scripts", "")}`,
    );
  }

  /** What the form of a request has: the metadata read, the modules as they are. */
  function form(request: number) {
    const seen = server?.seen[request];
    assert.ok(seen !== undefined);
    const [[disposition, json = ""] = [], ...files] = partsOf(seen);
    assert.equal(disposition, 'Content-Disposition: form-data; name="metadata"');
    return { metadata: JSON.parse(json) as unknown, files };
  }

  it("are uploaded without traffic, and the Worker's own settings apart", async () => {
    const port = await versions(someVersions, success({ id: "v2", number: 2 }), success({}));
    assert.deepEqual(await port.upload(upload), { versionId: "v2", number: 2, deployed: false });
    assert.deepEqual(requests(), [
      "GET /checkout/versions",
      "POST /checkout/versions?bindings_inherit=strict",
      "PATCH /checkout/script-settings",
    ]);
    assert.deepEqual(form(1), { metadata, files: modules });
    assert.deepEqual(JSON.parse(server?.seen[2]?.body ?? ""), {
      observability: { enabled: true, head_sampling_rate: 1 },
    });
  });

  it("say all that Observability is to do, in the API's words", async () => {
    const port = await versions(success({}));
    const logs = { enabled: true, invocationLogs: true, persist: false, destinations: ["sink"] };
    const traces = { enabled: true, headSamplingRate: 0.1, propagationPolicy: "authenticated" };
    const issues = { enabled: false };
    const observability = { enabled: true, redactQueryString: true, issues, logs, traces };
    await port.changeSettings({ ...upload, observability });
    assert.deepEqual(JSON.parse(server?.seen[0]?.body ?? ""), {
      observability: {
        ...{ enabled: true, head_sampling_rate: 1, redact_query_string: true, issues },
        logs: { enabled: true, invocation_logs: true, persist: false, destinations: ["sink"] },
        traces: { enabled: true, head_sampling_rate: 0.1, propagation_policy: "authenticated" },
      },
    });
  });

  it("leave the Worker's settings alone when they say nothing about them", async () => {
    const port = await versions(someVersions, success({ id: "v2", number: 2 }));
    const { observability, ...rest } = upload;
    assert.ok(observability?.enabled);
    await port.upload(rest);
    assert.deepEqual(requests(), [
      "GET /checkout/versions",
      "POST /checkout/versions?bindings_inherit=strict",
    ]);
  });

  it("bring along what a version has beside its code", async () => {
    const port = await versions(someVersions, success({ id: "v2", number: 2 }));
    const { observability, ...rest } = upload;
    assert.ok(observability?.enabled);
    await port.upload({
      ...rest,
      keepBindings: [],
      limits: { cpuMs: 50 },
      placement: { mode: "smart" },
      cache: { enabled: true, crossVersionCache: false },
    });
    assert.deepEqual(form(1).metadata, {
      ...metadata,
      keep_bindings: [],
      limits: { cpu_ms: 50 },
      placement: { mode: "smart" },
      cache_options: { enabled: true, cross_version_cache: false },
    });
  });

  it("are known when the Worker's settings could not be changed after them, which can be tried again", async () => {
    const refused = failure(403, 10000, "Authentication error");
    const port = await versions(someVersions, success({ id: "v2", number: 2 }), refused, success({}));
    const { settingsFailure, ...made } = await port.upload({ ...upload, logpush: true });
    assert.deepEqual(made, { versionId: "v2", number: 2, deployed: false });
    assert.match(
      settingsFailure ?? "",
      /^Changing the settings \(observability, logpush\) of Worker "checkout" was refused: .*permission "Workers Scripts Write"/,
    );
    await port.changeSettings({ ...upload, logpush: true });
    assert.deepEqual(requests().slice(2), [
      "PATCH /checkout/script-settings",
      "PATCH /checkout/script-settings",
    ]);
  });

  it("are found when their upload got no answer", async () => {
    const orphan = success({
      items: [
        { id: "v2", number: 2 },
        { id: "v1", number: 1 },
      ],
    });
    const port = await versions(someVersions, failure(502, 1, "bad gateway"), orphan);
    await assert.rejects(port.upload(upload), {
      failure: "unavailable",
      message: /Version v2 of Worker "checkout" was uploaded meanwhile, probably by this request\./,
    });
  });

  describe("with a Durable Object migration", () => {
    const withMigrations: Upload = {
      ...upload,
      migrations: [
        { tag: "v1", newSqliteClasses: ["Room"] },
        { tag: "v2", renamedClasses: [{ from: "Room", to: "Hall" }] },
      ],
    };

    it("that the Worker has had are uploaded like others", async () => {
      const settled = success({ migration_tag: "v2" });
      const port = await versions(someVersions, settled, success({ id: "v2", number: 2 }), success({}));
      assert.equal((await port.upload(withMigrations)).deployed, false);
      assert.deepEqual(form(2).metadata, metadata);
    });

    it("still to come are refused before anything is uploaded", async () => {
      const port = await versions(someVersions, success({ migration_tag: "v1" }));
      await assert.rejects(port.upload(withMigrations), {
        failure: "refused",
        message:
          /migration "v2" yet, and a version that brings one cannot be released in stages .*whenMigrating/,
      });
      assert.deepEqual(requests(), ["GET /checkout/versions", "GET /checkout/settings"]);
    });

    it("come with the first version of a Worker that is there already, which has no traffic to lose", async () => {
      const none = success({ items: [] });
      const port = await versions(none, success({}), success({ logpush: true }), success({}), someVersions);
      const made = await port.upload(withMigrations);
      assert.deepEqual(made, { versionId: "v1", number: 1, deployed: true });
      assert.equal(requests()[3], "PUT /checkout?bindings_inherit=strict");
    });

    it("still to come are deployed at once where that is allowed, with the settings that the Worker has", async () => {
      const settings = success({ logpush: true, tags: ["shop"], tail_consumers: null });
      const newest = success({
        items: [
          { id: "v2", number: 2 },
          { id: "v1", number: 1 },
        ],
      });
      const port = await versions(
        someVersions,
        success({ migration_tag: "v1" }),
        settings,
        success({}),
        newest,
      );
      const made = await port.upload({ ...withMigrations, whenMigrating: "deployAtOnce" });
      assert.deepEqual(made, { versionId: "v2", number: 2, deployed: true });
      assert.equal(requests()[3], "PUT /checkout?bindings_inherit=strict");
      assert.deepEqual(form(3).metadata, {
        ...metadata,
        migrations: {
          old_tag: "v1",
          new_tag: "v2",
          steps: [{ renamed_classes: [{ from: "Room", to: "Hall" }] }],
        },
        logpush: true,
        tags: ["shop"],
        observability: { enabled: true, head_sampling_rate: 1 },
      });
    });

    it("that the program does not list are refused by name", async () => {
      const port = await versions(someVersions, success({ migration_tag: "v9" }));
      await assert.rejects(
        port.upload(withMigrations),
        /"v9", which `migrations` does not list \(it has "v1", "v2"\)/,
      );
    });
  });

  it("create the Worker when it is the first", async () => {
    const port = await versions(noWorker, success({ id: "checkout" }), someVersions);
    assert.deepEqual(await port.upload(upload), { versionId: "v1", number: 1, deployed: true });
    assert.deepEqual(requests(), [
      "GET /checkout/versions",
      "PUT /checkout?bindings_inherit=strict",
      "GET /checkout/versions",
    ]);
    const observability = { enabled: true, head_sampling_rate: 1 };
    assert.deepEqual(form(1), { metadata: { ...metadata, observability }, files: modules });
  });

  it("that get all traffic at once are told where they cannot be read, or their upload got no answer", async () => {
    const unread = await versions(noWorker, success({ id: "checkout" }), failure(502, 1, "bad gateway"));
    await assert.rejects(unread.upload(upload), {
      failure: "unavailable",
      message:
        /^Creating Worker "checkout" worked, and all traffic goes to the new version, .* uploads it once more, without traffic\. Reading the versions/,
    });
    const lost = await versions(noWorker, failure(502, 1, "bad gateway"), someVersions);
    await assert.rejects(lost.upload(upload), {
      failure: "unavailable",
      message:
        /Version v1 of Worker "checkout" was uploaded meanwhile, probably by this request\. It has all traffic:/,
    });
  });

  it("create no Worker when it is not known whether there is one", async () => {
    const port = await versions(failure(500, 1, "down"));
    await assert.rejects(port.upload(upload), { failure: "unavailable" });
    assert.deepEqual(requests(), ["GET /checkout/versions"]);
  });

  it("are refused without their secrets in the message", async () => {
    const port = await versions(someVersions, failure(400, 10021, "KEY=hunter2 is not valid"));
    await assert.rejects(port.upload(upload), (error: Error) => {
      assert.match(
        error.message,
        /^Uploading a version of Worker "checkout" was refused.*words withheld.*upload it again/,
      );
      return !error.message.includes("hunter2");
    });
  });

  it("exist, or do not", async () => {
    const port = await versions(success({ id: "v1", number: 1 }), failure(404, 10090, "Version not found"));
    assert.equal(await port.exists("v1"), true);
    assert.equal(await port.exists("v2"), false);
    assert.deepEqual(requests(), ["GET /checkout/versions/v1", "GET /checkout/versions/v2"]);
  });
});
