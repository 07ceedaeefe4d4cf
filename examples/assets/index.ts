import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion } from "pulumi-workers-release";
import { keepVisitorsWithTheirVersion } from "./affinity";

const config = new pulumi.Config();
// `pulumi config set soakTime 8s` is for a rehearsal on the local edge, which is quick at everything.
const soakTime = config.get("soakTime");
const zoneId = config.get("zoneId");

if (zoneId !== undefined) keepVisitorsWithTheirVersion(zoneId);

const version = new ScriptVersion("shop", {
  scriptName: "shop",
  mainModule: "worker.mjs",
  modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
  compatibilityDate: "2025-07-24",
  observability: { enabled: true },
  assets: {
    directory: "public",
    // Pages come through the Worker, so that their requests count. Of hashed files only those do that are not there.
    config: { runWorkerFirst: ["/", "/*.html"] },
  },
  bindings: [{ type: "assets", name: "ASSETS" }],
});

export const { status } = new Release("shop", {
  scriptName: "shop",
  versionId: version.versionId,
  plan: {
    ...(soakTime !== undefined && { warmUp: "0s", settleTime: "0s", pollInterval: "1s", minRequests: 20 }),
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.01 },
      // A page of one version that asks for a file of the other, or for one that was never uploaded.
      { name: "lost files", sli: { status: [404] }, max: 0.02 },
    ],
    stages: [
      { percent: 25, soakTime: soakTime ?? "10m" },
      { percent: 100, soakTime: soakTime ?? "15m" },
    ],
  },
});
