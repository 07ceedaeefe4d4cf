import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion } from "pulumi-workers-release";

const config = new pulumi.Config();
/** What becomes of one request in N: `slow` or `error`. */
const badLuck = config.get("badLuck") ?? "slow";
/** Another word here makes another version, with the same code. */
const label = config.get("label") ?? "first";

const scriptName = "simulated-service";

const version = new ScriptVersion("version", {
  scriptName,
  mainModule: "worker.mjs",
  modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
  compatibilityDate: "2025-07-24",
  bindings: [
    { type: "plain_text", name: "BAD_LUCK", text: badLuck },
    { type: "plain_text", name: "LABEL", text: label },
    { type: "version_metadata", name: "VERSION" },
  ],
  observability: { enabled: true },
  annotations: { tag: label },
});

new Release("release", {
  scriptName,
  versionId: version.versionId,
  plan: {
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.01 },
      { sli: "wallTime", percentile: 90, limit: "500ms" },
    ],
    // Short stages, to be watched; in production they last minutes or hours.
    stages: [
      { percent: 0, soakTime: "5s" },
      { percent: 25, soakTime: "15s" },
      { percent: 50, soakTime: "15s" },
      { percent: 75, soakTime: "15s" },
      { percent: 100, soakTime: "15s" },
    ],
    pollInterval: "2s",
    // The local edge tells at once and is in one place. Cloudflare is not: leave both out in production.
    warmUp: "0s",
    settleTime: "0s",
  },
});

export const versionId = version.versionId;
