import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion } from "pulumi-workers-release";

// `pulumi config set soakTime 8s` is for a rehearsal on the local edge, which is quick at everything.
const soakTime = new pulumi.Config().get("soakTime");

const version = new ScriptVersion("till", {
  scriptName: "till",
  mainModule: "worker.mjs",
  modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
  compatibilityDate: "2025-07-24",
  observability: { enabled: true },
});

export const { status } = new Release("till", {
  scriptName: "till",
  versionId: version.versionId,
  plan: {
    ...(soakTime !== undefined && { warmUp: "0s", settleTime: "0s", pollInterval: "1s", minRequests: 20 }),
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.01 },
      {
        // Rows of the log: `console.log({ event: "payment", declined: true })` has both fields.
        name: "declined payments",
        sli: {
          valid: [{ key: "event", operation: "eq", value: "payment" }],
          bad: [{ key: "declined", operation: "eq", value: true }],
        },
        max: 0.08,
      },
      {
        // Rows of the invocations: one path alone, with a limit of its own.
        name: "slow payments",
        sli: {
          valid: [{ key: "$workers.event.path", operation: "eq", value: "/pay" }],
          bad: [{ key: "$workers.wallTimeMs", operation: "gt", value: 800 }],
        },
        max: 0.05,
      },
    ],
    stages: [
      { percent: 50, soakTime: soakTime ?? "10m" },
      { percent: 100, soakTime: soakTime ?? "15m" },
    ],
  },
});
