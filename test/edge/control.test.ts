import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { addVersion, call, deploy, goLive, putScript, saying, useEdge } from "./support";

describe("the control plane, through the official client", () => {
  const started = useEdge();
  const account = (): { account_id: string } => ({ account_id: started.edge.accountId });

  it("knows its token and its account", async () => {
    const verified = await started.client.user.tokens.verify();
    assert.equal(verified.status, "active");
    const [only, ...others] = (await started.client.accounts.list()).result;
    assert.equal(only?.id, started.edge.accountId);
    assert.deepEqual(others, []);
    const { subdomain } = await started.client.workers.subdomains.get(account());
    assert.equal(subdomain, "local");
  });

  it("deploys an upload at 100 % at once", async () => {
    const id = await putScript(started.edge, "put", saying("one"));
    const { deployments } = await started.client.workers.scripts.deployments
      .list("put", account())
      .then((page) => page.result as unknown as Cloudflare.Workers.Scripts.DeploymentListResponse);
    assert.equal(deployments.length, 1);
    assert.deepEqual(deployments[0]?.versions, [{ version_id: id, percentage: 100 }]);
    assert.equal(deployments[0].annotations?.["workers/triggered_by"], "upload");
    assert.equal(deployments[0].source, "api");
  });

  it("uploads a version without deploying it, and lists the newest first", async () => {
    const first = await putScript(started.edge, "list", saying("one"));
    const second = await addVersion(started.edge, "list", saying("two"), {
      annotations: { "workers/tag": "v2", "workers/message": "the second" },
    });
    const page = await started.client.workers.scripts.versions.list("list", {
      ...account(),
      deployable: true,
    });
    assert.deepEqual(
      page.result.items?.map(({ id, number }) => ({ id, number })),
      [
        { id: second, number: 2 },
        { id: first, number: 1 },
      ],
    );
    const version = await started.client.workers.scripts.versions.get(second, {
      ...account(),
      script_name: "list",
    });
    assert.equal(version.resources.script_runtime?.compatibility_date, "2025-07-24");
    const { annotations } = version as unknown as { annotations: Record<string, string> };
    assert.equal(annotations["workers/tag"], "v2");
    assert.equal(annotations["workers/message"], "the second");
    const { result } = await started.client.workers.scripts.deployments.list("list", account());
    assert.equal((result as unknown as { deployments: unknown[] }).deployments.length, 1);
  });

  it("keeps deployments as history: the newest is first, each can be read, an old one deleted", async () => {
    const first = await putScript(started.edge, "history", saying("one"));
    const second = await addVersion(started.edge, "history", saying("two"));
    const { deployments } = started.client.workers.scripts;
    const made = await deployments.create("history", {
      ...account(),
      strategy: "percentage",
      versions: [
        { version_id: second, percentage: 0 },
        { version_id: first, percentage: 100 },
      ],
      annotations: { "workers/message": "nothing yet" },
    });
    assert.equal(made.annotations?.["workers/message"], "nothing yet");
    assert.equal(made.annotations["workers/triggered_by"], "deployment");
    assert.deepEqual(made.versions, [
      { version_id: second, percentage: 0 },
      { version_id: first, percentage: 100 },
    ]);
    assert.deepEqual(await deployments.get(made.id, { ...account(), script_name: "history" }), made);

    const listed = async (): Promise<string[]> => {
      const { result } = await deployments.list("history", account());
      const list = (result as unknown as Cloudflare.Workers.Scripts.DeploymentListResponse).deployments;
      return list.map(({ id }) => id);
    };
    const [newest, oldest = ""] = await listed();
    assert.equal(newest, made.id);
    await assert.rejects(
      deployments.delete(made.id, { ...account(), script_name: "history" }),
      /is the active one/,
    );
    await deployments.delete(oldest, { ...account(), script_name: "history" });
    assert.deepEqual(await listed(), [made.id]);
  });

  it("refuses a deployment that breaks the rules and leaves the active one", async () => {
    const id = await putScript(started.edge, "rules", saying("one"));
    const other = await putScript(started.edge, "rules-other", saying("one"));
    await assert.rejects(deploy(started.edge, "rules", { [id]: 60 }), /add up to 100; these add up to 60/);
    await assert.rejects(deploy(started.edge, "rules", { [other]: 100 }), /does not exist for this Worker/);
    const { result } = await started.client.workers.scripts.deployments.list("rules", account());
    assert.equal((result as unknown as { deployments: unknown[] }).deployments.length, 1);
  });

  it("keeps the script's own settings apart from its versions", async () => {
    const { scripts } = started.client.workers;
    await putScript(started.edge, "settings", saying("one"), {
      observability: { enabled: true, head_sampling_rate: 0.5 },
      bindings: [{ type: "plain_text", name: "WORD", text: "hello" }],
    });
    const before = await scripts.settings.get("settings", account());
    assert.deepEqual(before.observability, { enabled: true, head_sampling_rate: 0.5 });
    await scripts.settings.edit("settings", {
      ...account(),
      observability: { enabled: true, head_sampling_rate: 1 },
    });
    const after = await scripts.scriptAndVersionSettings.get("settings", account());
    assert.equal(after.observability?.head_sampling_rate, 1);
    assert.deepEqual(after.bindings, [{ type: "plain_text", name: "WORD", text: "hello" }]);
    await putScript(started.edge, "settings", saying("two"), { observability: undefined });
    assert.deepEqual((await scripts.settings.get("settings", account())).observability, { enabled: false });
  });

  it("lists scripts, shows one as a service, and deletes it with all it had", async () => {
    const { scripts } = started.client.workers;
    await goLive(started.edge, "gone", saying("one"));
    const service = await call(started.edge, `/accounts/${started.edge.accountId}/workers/services/gone`);
    const { default_environment } = service.json.result as {
      default_environment: { script: { last_deployed_from: string } };
    };
    assert.equal(default_environment.script.last_deployed_from, "api");
    const names = async (): Promise<(string | undefined)[]> =>
      (await scripts.list(account())).result.map(({ id }) => id);
    assert.ok((await names()).includes("gone"));
    await scripts.delete("gone", account());
    assert.ok(!(await names()).includes("gone"));
    await assert.rejects(scripts.versions.list("gone", account()), isNotFound);
    await assert.rejects(scripts.subdomain.get("gone", account()), isNotFound);
  });

  it("says that a Worker is not there with code 10007, and a service with 10090", async () => {
    await assert.rejects(started.client.workers.scripts.deployments.list("nowhere", account()), isNotFound);
    await assert.rejects(addVersion(started.edge, "nowhere", saying("one")), isNotFound);
    const { status, json } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/services/nowhere`,
    );
    assert.equal(status, 404);
    assert.equal(json.errors[0]?.code, 10090);
  });

  it("records who wrote: wrangler goes by its user agent", async () => {
    const id = await putScript(started.edge, "source", saying("one"));
    const { json } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/scripts/source/deployments`,
      {
        method: "POST",
        headers: { "user-agent": "wrangler/4.104.0" },
        body: JSON.stringify({ strategy: "percentage", versions: [{ version_id: id, percentage: 100 }] }),
      },
    );
    assert.equal((json.result as { source: string }).source, "wrangler");
  });

  it("never shows a secret", async () => {
    const secret = "made-for-this-test-and-nothing-else";
    const metadata = { bindings: [{ type: "secret_text", name: "KEY", text: secret }] };
    const id = await putScript(started.edge, "secret", saying("one"), metadata);
    const workers = `/accounts/${started.edge.accountId}/workers`;
    const paths = [
      "/scripts",
      "/services/secret",
      "/services/secret/environments/production",
      "/services/secret/environments/production/bindings",
      ...["settings", "script-settings", "versions", `versions/${id}`, "deployments"].map(
        (of) => `/scripts/secret/${of}`,
      ),
      ...["secrets", "secrets/KEY", "references"].map((of) => `/scripts/secret/${of}`),
      ...["", "/versions", `/versions/${id}?include=modules`].map((of) => `/workers/secret${of}`),
    ];
    for (const path of paths) {
      const { status, json } = await call(started.edge, workers + path);
      assert.equal(status, 200, path);
      assert.ok(!JSON.stringify(json).includes(secret), path);
    }
    const clumsy: [method: string, path: string, body: object][] = [
      ["PUT", "/scripts/secret/secrets", { name: "KEY", text: [secret], type: "secret_text" }],
      ["PUT", "/scripts/secret/secrets", { name: "KEY", key_base64: secret, type: "secret_key" }],
      ["PATCH", "/scripts/secret/secrets-bulk", { secrets: { KEY: secret } }],
      ["PATCH", "/workers/secret/versions/latest", { env: { KEY: { type: "json", text: secret } } }],
    ];
    for (const [method, path, body] of clumsy) {
      const refused = await call(started.edge, workers + path, { method, body: JSON.stringify(body) });
      assert.equal(refused.status, 400, path);
      assert.ok(!JSON.stringify(refused.json).includes(secret), path);
    }
    const { json } = await call(started.edge, `${workers}/scripts/secret/settings`);
    assert.deepEqual((json.result as { bindings: unknown }).bindings, [{ type: "secret_text", name: "KEY" }]);
  });

  it("says of anything else that it is not emulated", async () => {
    const missing = await call(started.edge, `/accounts/${started.edge.accountId}/workers/scripts/any/tails`);
    assert.equal(missing.status, 404);
    assert.match(missing.json.errors[0]?.message ?? "", /does not emulate GET .*tails/);
    const method = await call(started.edge, `/accounts/${started.edge.accountId}/workers/scripts`, {
      method: "PATCH",
    });
    assert.equal(method.status, 405);
    assert.match(method.json.errors[0]?.message ?? "", /does not emulate PATCH .*, only GET/);
  });
});

function isNotFound(error: unknown): boolean {
  assert.ok(error instanceof Cloudflare.NotFoundError);
  assert.equal(error.errors[0]?.code, 10007);
  return true;
}
