import * as pulumi from "@pulumi/pulumi";
import { fromWrangler, loadPlan, Release, ScriptVersion } from "pulumi-workers-release";

const config = new pulumi.Config();
// `pulumi config set plan rehearsal.yaml` is for a rehearsal on the local edge.
const plan = config.get("plan") ?? "plan.yaml";

// The version that `wrangler versions upload` has printed; else this program uploads what wrangler builds.
const versionId =
  config.get("versionId") ?? new ScriptVersion("register", fromWrangler("wrangler.jsonc")).versionId;

export const { status } = new Release("register", {
  scriptName: "register",
  versionId,
  plan: loadPlan(plan),
});
