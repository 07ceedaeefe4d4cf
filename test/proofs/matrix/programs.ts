import { atOnce } from "../../fakes/plans";

/** A stage with traffic and one with all of it, judged every second. */
export const plan = {
  ...atOnce,
  slos: [{ sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "2s" },
    { percent: 100, soakTime: "1s" },
  ],
  pollInterval: "1s",
  minRequests: 20,
};

/** What a program does with the package; the Worker and its code come from the environment. */
const body = (options: string): string => `
  const version = new ScriptVersion("version", {
    scriptName: process.env.WORKER ?? "",
    mainModule: "index.mjs",
    modules: [{ name: "index.mjs", content: process.env.SOURCE ?? "" }],
    compatibilityDate: "2025-07-24",
  }${options});
  const release = new Release("release", {
    scriptName: process.env.WORKER ?? "",
    versionId: version.versionId,
    plan: ${JSON.stringify(plan)},
  }${options});`;

export const commonJs = `const { Release, ScriptVersion } = require("pulumi-workers-release");
${body("")}
exports.status = release.status;`;

export const esModule = `import { Release, ScriptVersion } from "pulumi-workers-release";
${body("")}
export const status = release.status;`;

/** Uses the types of every subpath. */
export const typeScript = `import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion, type ReleasePlan, type Status } from "pulumi-workers-release";
import { judge, type Verdict } from "pulumi-workers-release/health";
${body("")}
export const status: pulumi.Output<Status> = release.status;
export const stages = ((plan: ReleasePlan) => plan.stages.length)(${JSON.stringify(plan)});
export const judged: (...args: Parameters<typeof judge>) => Verdict = judge;
`;

/** A component that wraps both resources, for programs that depend on it alone. */
export const component = `const pulumi = require("@pulumi/pulumi");
const { Release, ScriptVersion } = require("pulumi-workers-release");
exports.Service = class Service extends pulumi.ComponentResource {
  constructor(name, options) {
    super("acme:infra:Service", name, {}, options);
${body(", { parent: this }")}
    this.status = release.status;
    this.registerOutputs({ status: this.status });
  }
};`;

export const consumer = `const { Service } = require("@acme/infra");
exports.status = new Service("checkout").status;`;

/** Does a step by the Automation API: with a program of its own, or with the one in the folder. */
export const automation = (inline: boolean): string => `
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { Release, ScriptVersion } from "pulumi-workers-release";
const program = async () => {
${body("")}
  return { status: release.status };
};
const [step] = process.argv.slice(2);
const onOutput = (text) => process.stdout.write(text);
const stackName = "test";
const workDir = process.cwd();
const stack = await LocalWorkspace.createOrSelectStack(
  ${inline ? `{ stackName, projectName: "matrix", program }, { workDir }` : `{ stackName, workDir }`},
);
try {
  if (step === "preview") await stack.preview({ onOutput });
  if (step === "unchanged") await stack.preview({ onOutput, expectNoChanges: true });
  if (step === "up") await stack.up({ onOutput });
  if (step === "refresh") await stack.refresh({ onOutput });
  if (step === "destroy") await stack.destroy({ onOutput });
  if (step === "export") console.log(JSON.stringify(await stack.exportStack()));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
`;
