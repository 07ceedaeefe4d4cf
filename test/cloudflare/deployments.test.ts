import assert from "node:assert/strict";
import { cloudflareDeployments, cloudflarePast } from "../../provider/cloudflare/deployments";
import type { Split } from "../../provider/rollout/ports";
import { failure, startServer, success, token, type Answer, type Server } from "./server";

const split: Split = [
  { versionId: "new", percent: 0 },
  { versionId: "old", percent: 100 },
];

const made = {
  id: "d1",
  created_on: "2026-01-31T10:00:00.123456Z",
  source: "api",
  strategy: "percentage",
  author_email: "jo@example.com",
  versions: [
    { version_id: "new", percentage: 0 },
    { version_id: "old", percentage: 100 },
  ],
  annotations: { "workers/message": "canary", "workers/triggered_by": "deployment" },
};

describe("Cloudflare's deployments", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function deployments(...answers: Answer[]) {
    server = await startServer(...answers);
    return cloudflareDeployments(server.client, { accountId: "acc", scriptName: "checkout" });
  }

  it("reads the newest deployment as the active one", async () => {
    const port = await deployments(success({ deployments: [made, { oddity: true }] }));
    assert.deepEqual(await port.active(), {
      id: "d1",
      createdAt: Date.UTC(2026, 0, 31, 10, 0, 0, 123),
      createdOn: "2026-01-31T10:00:00.123456Z",
      split,
      ...{ record: undefined, isUnproven: false, message: "canary" },
      author: "jo@example.com with api",
      byUpload: false,
    });
    assert.deepEqual(
      server?.seen.map(({ method, path, headers }) => [method, path, headers.authorization]),
      [["GET", "/accounts/acc/workers/scripts/checkout/deployments", `Bearer ${token}`]],
    );
  });

  it("reads all that is listed, newest first, but for what cannot be read", async () => {
    server = await startServer(success({ deployments: [made, { oddity: true }, { ...made, id: "d0" }] }));
    const past = cloudflarePast(server.client, { accountId: "acc", scriptName: "checkout" });
    assert.deepEqual(
      (await past.recent()).map(({ id, message }) => [id, message]),
      [
        ["d1", "canary"],
        ["d0", "canary"],
      ],
    );
  });

  it("reads one that a record names, and believes what it says of its release", async () => {
    const record =
      "id=r1 owner=o phase=completed stage=2/2 started=2026-01-31T09:00:00.000Z " +
      "old=00000000-0000-4000-8000-000000000001 new=00000000-0000-4000-8000-000000000002 retry=";
    const versions = [{ version_id: "00000000-0000-4000-8000-000000000002", percentage: 100 }];
    const annotations = { "workers/message": `Complete. [workers-release ${record} seal=s]` };
    server = await startServer(success({ ...made, versions, annotations }));
    const past = cloudflarePast(server.client, { accountId: "acc", scriptName: "checkout" });
    const found = await past.named("d1");
    assert.deepEqual([found?.record?.phase, found?.message], ["completed", "Complete."]);
    assert.equal(server.seen[0]?.path, "/accounts/acc/workers/scripts/checkout/deployments/d1");
  });

  it("does not believe of it what its split does not show, and knows when there is none", async () => {
    const record =
      "id=r1 owner=o phase=completed stage=2/2 started=2026-01-31T09:00:00.000Z " +
      "new=00000000-0000-4000-8000-000000000002 retry=";
    const annotations = { "workers/message": `Complete. [workers-release ${record} seal=s]` };
    server = await startServer(success({ ...made, annotations }), failure(404, 10007, "No such deployment."));
    const past = cloudflarePast(server.client, { accountId: "acc", scriptName: "checkout" });
    const found = await past.named("d1");
    assert.deepEqual([found?.record, found?.isUnproven], [undefined, true]);
    assert.equal(await past.named("d2"), undefined);
  });

  it("reads one with nothing but the necessary", async () => {
    const bare = { id: "d1", created_on: made.created_on, versions: made.versions };
    const port = await deployments(success({ deployments: [bare] }));
    const active = await port.active();
    assert.deepEqual(
      [active?.message, active?.author, active?.byUpload],
      ["", "somebody with something unknown", false],
    );
  });

  it("knows one that an upload made", async () => {
    const byUpload = { ...made, annotations: { "workers/triggered_by": "upload" } };
    const port = await deployments(success({ deployments: [byUpload] }));
    assert.equal((await port.active())?.byUpload, true);
  });

  it("reads a Worker that never had one", async () => {
    const port = await deployments(success({ deployments: [] }));
    assert.equal(await port.active(), undefined);
  });

  it("tells a Worker that does not exist from one without deployments", async () => {
    const port = await deployments(failure(404, 10007, "This Worker does not exist on your account."));
    await assert.rejects(port.active(), { name: "PortError", failure: "missing" });
  });

  it("leaves out an entry of 0 % without a version", async () => {
    const versions = [
      { version_id: "new", percentage: 100 },
      { version_id: null, percentage: 0 },
    ];
    const port = await deployments(success({ deployments: [{ ...made, versions }] }));
    assert.deepEqual((await port.active())?.split, [{ versionId: "new", percent: 100 }]);
  });

  const oddities: [string, object][] = [
    ["whose traffic goes to no version", { ...made, versions: [{ version_id: null, percentage: 100 }] }],
    ["without a time", { ...made, created_on: "yesterday" }],
    ["without versions", { ...made, versions: [] }],
    ["of more than everything", { ...made, versions: [{ version_id: "new", percentage: 101 }] }],
  ];
  for (const [title, oddity] of oddities) {
    it(`does not trust one ${title}`, async () => {
      const port = await deployments(success({ deployments: [oddity] }));
      await assert.rejects(port.active(), { name: "PortError", failure: "unavailable" });
    });
  }

  it("deploys a split as it is given, 0 % and the order included", async () => {
    const port = await deployments(success(made));
    assert.equal((await port.create(split, "canary")).id, "d1");
    const [request] = server?.seen ?? [];
    assert.deepEqual(
      [request?.method, request?.path],
      ["POST", "/accounts/acc/workers/scripts/checkout/deployments"],
    );
    assert.deepEqual(JSON.parse(request?.body ?? ""), {
      strategy: "percentage",
      versions: made.versions,
      annotations: { "workers/message": "canary" },
    });
  });

  it("forces a deployment only when asked to", async () => {
    const port = await deployments(success(made));
    await port.create(split, "revert", { force: true });
    assert.equal(server?.seen[0]?.path, "/accounts/acc/workers/scripts/checkout/deployments?force=true");
  });

  it("says which split could not be deployed", async () => {
    const port = await deployments(failure(503, 1, "down"));
    await assert.rejects(port.create(split, ""), {
      failure: "unavailable",
      message: /^Deploying version new at 0 % and version old at 100 % of Worker "checkout" failed for now/,
    });
  });

  it("counts the bytes of a message, and sends none that would be cut", async () => {
    const port = await deployments(success(made));
    await port.create(split, "é".repeat(500));
    await assert.rejects(port.create(split, "é".repeat(501)), RangeError);
    assert.equal(server?.seen.length, 1);
  });
});
