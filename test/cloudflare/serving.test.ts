import assert from "node:assert/strict";
import { lackingIn, servingNow, type Serving } from "../../provider/cloudflare/serving";
import { failure, startServer, success, type Server } from "./server";

const kv = { type: "kv_namespace", name: "SESSIONS" };
const secret = { type: "secret_text", name: "KEY" };

/** What serves, with some bindings; secrets are taken over from the latest version. */
function serving(bindings: { type: string; name: string }[], latest = bindings): Serving {
  const runtime = { compatibility_flags: ["nodejs_compat"], limits: { cpu_ms: 50 } };
  return {
    version: { id: "v1", resources: { bindings, script_runtime: runtime } },
    latest: { id: "v2", resources: { bindings: latest } },
    script: {
      id: "checkout",
      has_assets: true,
      placement: { mode: "smart" },
      cache_options: { enabled: true },
    },
  };
}

const rest = ["limits", "placement", "cache", "static assets"];
const flags = { compatibilityFlags: ["nodejs_compat"] };

describe("what a new version lacks of the one that serves", () => {
  it("is every binding that is not given, and no secret that is taken over", () => {
    assert.deepEqual(lackingIn(flags, serving([kv, secret])), ["binding SESSIONS (kv_namespace)", ...rest]);
    assert.deepEqual(lackingIn({ ...flags, bindings: [{ name: "SESSIONS" }] }, serving([kv])), rest);
  });

  it("is a secret that the latest version has not, or that is not to be kept", () => {
    assert.deepEqual(lackingIn(flags, serving([secret], [])), ["binding KEY (secret_text)", ...rest]);
    assert.deepEqual(lackingIn({ ...flags, keepBindings: [] }, serving([secret])), [
      "binding KEY (secret_text)",
      ...rest,
    ]);
  });

  it("is a flag, and whatever else is left out", () => {
    assert.deepEqual(lackingIn({}, serving([])), ["compatibility flag nodejs_compat", ...rest]);
    const all = {
      ...flags,
      limits: { cpuMs: 10 },
      placement: {},
      cache: { enabled: false },
      assets: { directory: "." },
    };
    assert.deepEqual(lackingIn(all, serving([])), []);
    assert.deepEqual(lackingIn({ ...all, limits: { subrequests: 9 } }, serving([])), ["limits.cpuMs"]);
  });
});

describe("what serves a Worker", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("is the version with most of the traffic", async () => {
    const versions = [
      { version_id: "v1", percentage: 90 },
      { version_id: "v2", percentage: 10 },
    ];
    server = await startServer(
      success({ deployments: [{ id: "d", created_on: "2026-01-31T00:00:00Z", versions }] }),
      success({ items: [{ id: "v2" }, { id: "v1" }] }),
      success({ id: "v1", resources: { bindings: [kv] } }),
      success([{ id: "other" }, { id: "checkout", has_assets: false }]),
      success({ id: "v2", resources: {} }),
    );
    assert.deepEqual(await servingNow(server.client, { accountId: "acc", scriptName: "checkout" }), {
      version: { id: "v1", resources: { bindings: [kv] } },
      latest: { id: "v2", resources: {} },
      script: { id: "checkout", has_assets: false },
    });
  });

  it("is nothing when the Worker is not there", async () => {
    server = await startServer(failure(404, 10007, "This Worker does not exist on your account."));
    assert.equal(await servingNow(server.client, { accountId: "acc", scriptName: "checkout" }), undefined);
  });
});
