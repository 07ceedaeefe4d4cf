import assert from "node:assert/strict";
import { whoAnswered, type Answerer } from "../../provider/cloudflare/probeAttribution";
import { startServer, success } from "./server";

const worker = { accountId: "acc", scriptName: "checkout" };

/** Who has answered the probe `ray`, by the rows that the telemetry has of it: each a Worker and its version. */
async function answererBy(...rows: readonly (readonly [string, string])[]): Promise<Answerer | undefined> {
  const aggregates = rows.map(([service, version]) => ({
    ...{ count: 1, value: 1, interval: 1, sampleInterval: 1 },
    groups: [
      { key: "$metadata.rayId", value: "ray" },
      { key: "$metadata.service", value: service },
      { key: "$workers.scriptVersion.id", value: version },
    ],
  }));
  const server = await startServer(success({ calculations: [{ aggregates }] }));
  try {
    const found = await whoAnswered(server.client, worker, ["ray", "other"], { from: 0, to: 1000 });
    const query = JSON.parse(server.seen[0]?.body ?? "") as { parameters: { filters: { key: string }[] } };
    assert.ok(!query.parameters.filters.some(({ key }) => key === "$metadata.service"));
    return found.get("ray");
  } finally {
    await server.close();
  }
}

describe("a probe, by the telemetry", () => {
  it("was answered by the version of the Worker, through another Worker or not", async () => {
    assert.deepEqual(await answererBy(["checkout", "v2"]), { versionId: "v2", otherWorker: undefined });
    assert.deepEqual(await answererBy(["front", "f1"], ["checkout", "v1"]), {
      versionId: "v1",
      otherWorker: "front",
    });
  });

  it("was answered by another Worker, which is named", async () => {
    assert.deepEqual(await answererBy(["front", "f1"]), { versionId: undefined, otherWorker: "front" });
  });

  it("has no one version where the Worker called itself, and is not known without rows", async () => {
    const both = await answererBy(["checkout", "v2"], ["checkout", "v1"]);
    assert.deepEqual(both, { versionId: undefined, otherWorker: undefined });
    assert.equal(await answererBy(), undefined);
  });
});
