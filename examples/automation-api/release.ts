// Releases worker.mjs from a program of one's own, without the CLI's project: Pulumi's Automation API.
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { Release, ScriptVersion, type ReleasePlan } from "pulumi-workers-release";

const [scriptName = "checkout", soakTime] = process.argv.slice(2);

// A second argument, such as 8s, is for a rehearsal on the local edge, which is quick at everything.
const plan: ReleasePlan = {
  ...(soakTime !== undefined && { warmUp: "0s", settleTime: "0s", pollInterval: "1s" }),
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 25, soakTime: soakTime ?? "5m" },
    { percent: 100, soakTime: soakTime ?? "15m" },
  ],
};

async function program(): Promise<Record<string, unknown>> {
  const version = new ScriptVersion("version", {
    scriptName,
    mainModule: "worker.mjs",
    modules: [{ name: "worker.mjs", contentFile: "worker.mjs" }],
    compatibilityDate: "2025-07-24",
    observability: { enabled: true },
  });
  const { status, reason } = new Release("release", { scriptName, versionId: version.versionId, plan });
  return Promise.resolve({ status, reason });
}

async function main(): Promise<void> {
  // Pulumi starts the provider in the work folder, and wants to find @pulumi/pulumi from there.
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "dev", projectName: "automation-api", program },
    { workDir: __dirname },
  );
  const { outputs } = await stack.up({ onOutput: (text) => process.stdout.write(text) });
  console.log(`The release ended as ${String(outputs["status"]?.value)}.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
