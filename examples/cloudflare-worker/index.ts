import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { Release } from "pulumi-workers-release";

// Cloudflare's resources own the Worker and its versions; the Release alone owns the deployments. Leave out
// WorkersDeployment, and WorkersScript, whose every edit deploys at 100 %.

// Not `cloudflare:accountId`: with a configuration key that it does not know, Cloudflare's plugin does nothing at all.
const accountId =
  process.env["CLOUDFLARE_ACCOUNT_ID"] ?? new pulumi.Config("workers-release").require("accountId");

const worker = new cloudflare.Worker("checkout", {
  accountId,
  name: "checkout",
  observability: { enabled: true },
  subdomain: { enabled: true },
});

const version = new cloudflare.WorkerVersion(
  "checkout",
  {
    accountId,
    workerId: worker.id,
    mainModule: "worker.mjs",
    modules: [
      { name: "worker.mjs", contentFile: "worker.mjs", contentType: "application/javascript+module" },
    ],
    compatibilityDate: "2025-07-24",
  },
  // Each change of the code replaces the resource. After an abort the version that is to be deleted serves all traffic:
  // the plugin's delete leaves it in place today (5.22), and with this nothing depends on that.
  { retainOnDelete: true },
);

export const release = new Release("checkout", {
  accountId,
  scriptName: worker.name,
  versionId: version.id,
  plan: {
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.01 },
      { sli: "wallTime", percentile: 99, limit: "500ms" },
    ],
    stages: [
      { percent: 0, soakTime: "1m" },
      { percent: 25, soakTime: "5m" },
      { percent: 50, soakTime: "10m", progression: "manual" },
      { percent: 75, soakTime: "10m" },
      { percent: 100, soakTime: "15m" },
    ],
  },
}).reason;
