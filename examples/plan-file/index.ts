import * as pulumi from "@pulumi/pulumi";
import { loadPlan, Release, ScriptVersion } from "pulumi-workers-release";

// `pulumi config set plan plans/rehearsal.yaml` is for a rehearsal on the local edge.
const file = new pulumi.Config().get("plan") ?? "plans/web.yaml";

const version = new ScriptVersion("checkout", {
  scriptName: "checkout",
  mainModule: "worker.mjs",
  modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
  compatibilityDate: "2025-07-24",
  observability: { enabled: true },
});

// The plan serves many Workers: each gives it what its own users can wait for.
export const { status, reason } = new Release("checkout", {
  scriptName: "checkout",
  versionId: version.versionId,
  plan: loadPlan(file, { args: { limit: "800ms" } }),
});
