import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion, type ReleasePlan } from "pulumi-workers-release";

// `pulumi config set soakTime 8s` is for a rehearsal on the local edge, which is quick at everything.
const soakTime = new pulumi.Config().get("soakTime");

const plan: ReleasePlan = {
  ...(soakTime !== undefined && { warmUp: "0s", settleTime: "0s", pollInterval: "1s", minRequests: 20 }),
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: soakTime ?? "5m" },
    { percent: 100, soakTime: soakTime ?? "15m" },
  ],
};

function release(scriptName: string, dependsOn: pulumi.Resource[] = []): Release {
  const version = new ScriptVersion(scriptName, {
    scriptName,
    mainModule: "worker.mjs",
    modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
    compatibilityDate: "2025-07-24",
    observability: { enabled: true },
  });
  return new Release(scriptName, { scriptName, versionId: version.versionId, plan }, { dependsOn });
}

// All others call it: they are released once it is, and not at all when it is aborted.
const auth = release("auth");
const others = ["cart", "catalog", "checkout", "images", "orders", "prices", "reviews", "search", "users"];

export const statuses = pulumi.all(
  [auth, ...others.map((name) => release(name, [auth]))].map(({ status }) => status),
);
