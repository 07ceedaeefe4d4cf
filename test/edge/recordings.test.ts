import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, call, useEdge } from "./support";

/** A request as it was recorded. */
interface Recorded {
  readonly phase: "create" | "update" | "refresh" | "destroy";
  readonly method: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly body: string | null;
}

type Result = Readonly<Record<string, unknown>>;

const FILE = join(__dirname, "recordings", "cloudflare-pulumi-plugin.jsonl");

const recorded = readFileSync(FILE, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

/** The ids of the recording, by what they were the id of. */
const WORKER = "2e40bf112443423eac24a51955ca9af1";
const FIRST = "e7d1f2ae-f224-4676-b815-e11e03acd8d4";
const SECOND = "da55bd63-d4e7-41cd-a3c8-c50710621109";
const DEPLOYMENT = "39c63970-ee21-4992-bd6b-516f41388aa8";

const RECENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

describe("the recorded requests of Cloudflare's Pulumi plugin", () => {
  const started = useEdge();
  const ids = new Map<string, string>();
  const left = [...recorded];

  /** Sends the next request, which is to be this one. */
  async function next(phase: Recorded["phase"], method: string, path: RegExp): Promise<Result> {
    const request = left.shift();
    assert(request, "a request is left");
    assert.equal(request.phase, phase);
    assert.equal(request.method, method);
    assert.match(request.path, path);
    const { status, json } = await call(started.edge, ours(request.path).slice("/client/v4".length), {
      method,
      headers: request.contentType === null ? {} : { "content-type": typeOf(request) },
      ...(request.body !== null && { body: ours(request.body) }),
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    assert.deepEqual([json.success, json.errors], [true, []]);
    return json.result as Result;
  }

  /** The text with our ids in it. */
  function ours(text: string): string {
    const known = [...ids, ["{account_id}", started.edge.accountId]] as const;
    return known.reduce((replaced, [theirs, id]) => replaced.replaceAll(theirs, id), text);
  }

  const idOf = (theirs: string): string => ids.get(theirs) ?? assert.fail(`no id for ${theirs} yet`);

  function learn(theirs: string, { id }: Result, form: RegExp): void {
    assert.match(String(id), form);
    ids.set(theirs, String(id));
  }

  const says = async (script: string): Promise<string> => (await ask(started.edge, script)).body;

  it("create", async () => {
    const worker = await next("create", "POST", /workers\/workers$/);
    learn(WORKER, worker, /^[0-9a-f]{32}$/);
    checkWorker(worker);
    assert.equal(worker["deployed_on"], null);
    checkUpload(await next("create", "PUT", /scripts\/scr$/));
    const version = await next("create", "POST", /versions$/);
    learn(FIRST, version, UUID);
    checkVersion(version, 1);
    const { json } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/scripts/svc/deployments`,
    );
    assert.deepEqual(json.result, { deployments: [] });
    assert.deepEqual(await next("create", "POST", /scr\/subdomain$/), {
      enabled: true,
      previews_enabled: true,
    });
    checkDeployment(await next("create", "POST", /svc\/deployments$/), FIRST, "one");
    assert.equal(await says("svc"), "one");
    assert.equal(await says("scr"), "one");
  });

  it("update", async () => {
    const version = await next("update", "POST", /versions$/);
    learn(SECOND, version, UUID);
    checkVersion(version, 2);
    assert.equal(await says("svc"), "one");
    checkUpload(await next("update", "PUT", /scripts\/scr$/));
    const deployment = await next("update", "POST", /svc\/deployments$/);
    learn(DEPLOYMENT, deployment, UUID);
    checkDeployment(deployment, SECOND, "two");
    assert.equal(await says("svc"), "two");
    assert.equal(await says("scr"), "two");
    const versions = `/accounts/${started.edge.accountId}/workers/workers/${idOf(WORKER)}/versions`;
    const { json } = await call(started.edge, versions);
    assert.deepEqual(
      (json.result as Result[]).map(({ id }) => id),
      [idOf(SECOND), idOf(FIRST)],
    );
  });

  it("refresh", async () => {
    checkDeployment(await next("refresh", "GET", /svc\/deployments\//), SECOND, "two");
    assert.deepEqual(await next("refresh", "GET", /scr\/subdomain$/), {
      enabled: true,
      previews_enabled: true,
    });
    const worker = await next("refresh", "GET", /workers\/workers\/[^/]+$/);
    checkWorker(worker);
    assert.match(String(worker["deployed_on"]), RECENT);
    const version = await next("refresh", "GET", /\?include=modules$/);
    checkVersion(version, 2);
    checkModules(version["modules"], 'export default { fetch() { return new Response("two") } }');
    const service = await next("refresh", "GET", /services\/scr$/);
    const { script } = service["default_environment"] as { script: Result };
    assert.equal(script["id"], "scr");
    assert.equal(script["compatibility_date"], "2025-07-24");
  });

  it("destroy", async () => {
    assert.deepEqual(await next("destroy", "DELETE", /scr\/subdomain$/), {
      enabled: false,
      previews_enabled: false,
    });
    assert.equal(await next("destroy", "DELETE", /workers\/workers\/[^/]+$/), null);
    assert.deepEqual(left, []);
    for (const path of [`workers/${idOf(WORKER)}`, "workers/svc", "scripts/svc/versions", "services/svc"]) {
      const { status } = await call(started.edge, `/accounts/${started.edge.accountId}/workers/${path}`);
      assert.equal(status, 404, path);
    }
    assert.match(await says("scr"), /not enabled/);
  });

  function checkWorker(worker: Result): void {
    const { id, name, logpush, observability, subdomain, tags, tail_consumers, references } = worker;
    assert.deepEqual(
      { id, name, logpush, observability, tags, tail_consumers },
      {
        id: idOf(WORKER),
        name: "svc",
        logpush: false,
        observability: {
          enabled: true,
          head_sampling_rate: 1,
          traces: { enabled: false, head_sampling_rate: 1, persist: true },
        },
        tags: [],
        tail_consumers: [],
      },
    );
    const { enabled, previews_enabled, url } = subdomain as Result;
    assert.deepEqual({ enabled, previews_enabled }, { enabled: true, previews_enabled: true });
    assert.equal(url, started.edge.workerUrl("svc"));
    assert.ok(Object.values(references as Result).every((list) => (list as unknown[]).length === 0));
    assert.match(String(worker["created_on"]), RECENT);
    assert.match(String(worker["updated_on"]), RECENT);
  }

  function checkVersion(version: Result, number: number): void {
    const { compatibility_date, main_module, usage_model, source } = version;
    assert.deepEqual(
      { compatibility_date, main_module, usage_model, source, number: version["number"] },
      {
        compatibility_date: "2025-07-24",
        main_module: "index.mjs",
        usage_model: "standard",
        source: "api",
        number,
      },
    );
    assert.match(String(version["created_on"]), RECENT);
    assert.equal(typeof version["startup_time_ms"], "number");
  }

  function checkUpload(script: Result): void {
    const { id, logpush, observability, usage_model, compatibility_date } = script;
    assert.deepEqual(
      { id, logpush, observability, usage_model, compatibility_date },
      {
        id: "scr",
        logpush: false,
        observability: { enabled: true },
        usage_model: "standard",
        compatibility_date: "2025-07-24",
      },
    );
  }

  function checkDeployment(deployment: Result, version: string, message: string): void {
    assert.equal(deployment["strategy"], "percentage");
    assert.deepEqual(deployment["versions"], [{ version_id: idOf(version), percentage: 100 }]);
    assert.equal((deployment["annotations"] as Result)["workers/message"], message);
    assert.match(String(deployment["created_on"]), RECENT);
  }
});

function checkModules(modules: unknown, source: string): void {
  assert.equal((modules as unknown[]).length, 1);
  const [{ name, content_type, content_base64 } = {}] = modules as Result[];
  assert.deepEqual(
    { name, content_type },
    { name: "index.mjs", content_type: "application/javascript+module" },
  );
  const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  assert.equal(hashOf(Buffer.from(String(content_base64), "base64")), hashOf(Buffer.from(source)));
}

/** The recording leaves out the boundary, which the body begins with. */
function typeOf({ contentType, body }: Recorded): string {
  const [, boundary] = /^--(\S+)\r\n/.exec(body ?? "") ?? [];
  return boundary === undefined ? String(contentType) : `${String(contentType)}; boundary=${boundary}`;
}
