import { randomUUID } from "node:crypto";
import { cloudflareClient, type WorkerName } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareFailures } from "../../provider/cloudflare/failures";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { cloudflareVersions } from "../../provider/cloudflare/versions";
import { startEdge, type Edge } from "../../edge";
import { until } from "../edge/support";
import { deploymentsContract, type DeployableWorker } from "./deployments.contract";
import { telemetryContract, type ObservedWorker } from "./telemetry.contract";
import { failuresContract } from "./failures.contract";
import { counted, request } from "./traffic";
import { witnessContract, type WitnessedWorker } from "./witness.contract";

/** Does what the path of a request says. */
const script = `
  export default {
    async fetch(request) {
      switch (new URL(request.url).pathname) {
        case "/status500": return new Response("no", { status: 500 });
        case "/throws": throw new Error("thrown for a test");
        case "/slow": await new Promise((resolve) => setTimeout(resolve, 50)); return new Response("late");
        default: return new Response("ok");
      }
    }
  };
`;

describe("over the official SDK on a local edge", function () {
  // The first Worker starts a runtime.
  this.timeout(120_000);

  let edge: Edge;
  before(async () => {
    edge = await startEdge({
      ...{ token: "everything", rateLimit: false },
      tokens: [{ token: "no-analyst", scopes: ["workers_scripts:write"] }],
    });
  });
  after(() => edge.close());

  const client = () => cloudflareClient({ apiToken: edge.token, baseUrl: edge.baseUrl });

  /** A Worker with two versions, the first of which is deployed. */
  async function worker(observability: boolean) {
    const name = { accountId: edge.accountId, scriptName: `worker-${randomUUID().slice(0, 8)}` };
    const versions = cloudflareVersions(client(), name);
    const upload = {
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: script, contentType: "application/javascript+module" }],
      compatibilityDate: "2026-01-31",
      observability: { enabled: observability },
    };
    const old = await versions.upload(upload);
    const fresh = await versions.upload(upload);
    return { name, oldVersionId: old.versionId, newVersionId: fresh.versionId };
  }

  async function deployable(): Promise<DeployableWorker> {
    const { name, ...versionIds } = await worker(true);
    const nowhere = { ...name, scriptName: "no-such-worker" };
    return {
      ...versionIds,
      deployments: cloudflareDeployments(client(), name),
      ofNoWorker: cloudflareDeployments(client(), nowhere),
      unknownVersionId: randomUUID(),
    };
  }

  async function observed(): Promise<ObservedWorker & { readonly name: WorkerName }> {
    const { name, oldVersionId, newVersionId } = await worker(true);
    const { scriptName, accountId } = name;
    const split = [
      { versionId: newVersionId, percent: 50 },
      { versionId: oldVersionId, percent: 50 },
    ];
    await cloudflareDeployments(client(), name).create(split, "");
    await client().workers.scripts.subdomain.create(scriptName, { account_id: accountId, enabled: true });
    const telemetry = cloudflareTelemetry(client(), name);
    const bucketMs = 1000;
    let servedUntil = 0;
    return {
      name,
      telemetry,
      blind: cloudflareTelemetry(client(), (await worker(false)).name),
      oldVersionId,
      newVersionId,
      async serve(load) {
        while (Date.now() < servedUntil) await new Promise((resolve) => setTimeout(resolve, 10));
        const from = Math.floor(Date.now() / bucketMs) * bucketMs;
        for (let sent = 0; sent < load.requests; sent += 1) {
          await request(edge, scriptName, newVersionId, load.new);
          await request(edge, scriptName, oldVersionId, load.old);
        }
        const to = (Math.floor(Date.now() / bucketMs) + 1) * bucketMs;
        servedUntil = to;
        await counted(telemetry, { newVersionId, oldVersionId, from, to, bucketMs }, 2 * load.requests);
        return { from, to, bucketMs };
      },
    };
  }

  async function witnessed(): Promise<WitnessedWorker> {
    const { name, oldVersionId, newVersionId, ...worker } = await observed();
    const witness = cloudflareMetrics(client(), name);
    return {
      ...{ oldVersionId, newVersionId, witness },
      forbidden: cloudflareMetrics(cloudflareClient({ apiToken: "no-analyst", baseUrl: edge.baseUrl }), name),
      async serve(load) {
        const { from, to } = await worker.serve(load);
        await until("the metrics", async () => {
          const [served] = await witness.count({ newVersionId, oldVersionId, spans: [{ from, to }] });
          return served && served.new.valid + served.old.valid >= 2 * load.requests ? true : undefined;
        });
        return { from, to };
      },
    };
  }

  describe("the deployments keep the contract", () => {
    deploymentsContract(deployable);
  });

  describe("the telemetry keeps the contract", () => {
    telemetryContract(observed);
  });

  describe("the failures keep the contract", () => {
    failuresContract(async () => {
      const { name, ...worker } = await observed();
      return { ...worker, failures: cloudflareFailures(client(), name, { failures: () => [] }) };
    });
  });

  describe("the metrics keep the contract", () => {
    witnessContract(witnessed);
  });
});
