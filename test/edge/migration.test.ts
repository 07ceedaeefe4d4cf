import assert from "node:assert/strict";
import { cloudflareClient } from "../../provider/cloudflare/client";
import type { Upload } from "../../provider/cloudflare/upload";
import { cloudflareVersions, type Versions } from "../../provider/cloudflare/versions";
import { ask, clientOf, enable, useEdge } from "./support";

const NAME = "rooms";

/** A Worker that says which Durable Object classes it can call. */
const SOURCE = `
import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {}
export class Hall extends DurableObject {}
export default { fetch(request, env) { return Response.json(Object.keys(env).sort()); } };`;

const first: Upload = {
  mainModule: "index.mjs",
  modules: [{ name: "index.mjs", content: SOURCE, contentType: "application/javascript+module" }],
  compatibilityDate: "2025-07-24",
  observability: { enabled: true },
  migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }],
  bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
};

const second: Upload = {
  ...first,
  migrations: [...(first.migrations ?? []), { tag: "v2", newSqliteClasses: ["Hall"] }],
  bindings: [
    ...(first.bindings ?? []),
    { type: "durable_object_namespace", name: "HALL", class_name: "Hall" },
  ],
};

describe("a version with a Durable Object migration", function () {
  this.timeout(120_000);
  const started = useEdge();

  function versions(): Versions {
    const { token: apiToken, baseUrl, accountId } = started.edge;
    return cloudflareVersions(cloudflareClient({ apiToken, baseUrl }), { accountId, scriptName: NAME });
  }

  it("creates the Worker with its classes, and the next version has them", async () => {
    assert.equal((await versions().upload(first)).deployed, true);
    assert.equal((await versions().upload(first)).deployed, false);
    await enable(started.edge, NAME);
  });

  it("is deployed at once only where that is allowed, and what the Worker has set stays", async () => {
    const { observability, ...rest } = second;
    assert.ok(observability?.enabled);
    await assert.rejects(versions().upload(rest), /migration "v2" yet/);
    const { deployed } = await versions().upload({ ...rest, whenMigrating: "deployAtOnce" });
    assert.equal(deployed, true);
    assert.deepEqual(JSON.parse((await ask(started.edge, NAME)).body), ["HALL", "ROOM"]);
    const account = { account_id: started.edge.accountId };
    const settings = await clientOf(started.edge).workers.scripts.settings.get(NAME, account);
    assert.equal(settings.observability?.enabled, true);
    assert.equal(await versions().pending(second), undefined);
  });
});
