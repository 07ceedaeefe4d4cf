import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion } from "pulumi-workers-release";

/** A Worker as this company releases it: one plan for all, and nothing to choose but the code. */
export class Service extends pulumi.ComponentResource {
  constructor(name, { main }, options) {
    super("acme:infra:Service", name, {}, options);
    const version = new ScriptVersion(
      name,
      {
        scriptName: name,
        mainModule: "worker.mjs",
        modules: [{ name: "worker.mjs", contentFile: main }],
        compatibilityDate: "2025-07-24",
        observability: { enabled: true },
      },
      { parent: this },
    );
    const release = new Release(
      name,
      { scriptName: name, versionId: version.versionId, plan: plan() },
      { parent: this },
    );
    this.status = release.status;
    this.registerOutputs({ status: this.status });
  }
}

/** `pulumi config set acme:soakTime 8s` is for a rehearsal on the local edge, which is quick at everything. */
function plan() {
  const soakTime = new pulumi.Config("acme").get("soakTime");
  const quick = soakTime === undefined ? {} : { warmUp: "0s", settleTime: "0s", pollInterval: "1s" };
  return {
    ...quick,
    slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
    stages: [
      { percent: 25, soakTime: soakTime ?? "5m" },
      { percent: 100, soakTime: soakTime ?? "15m" },
    ],
  };
}
