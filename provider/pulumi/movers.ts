import * as pulumi from "@pulumi/pulumi";

// What the program itself shows of resources that move traffic beside a release. Most of it only Cloudflare's deployments
// show, when the release starts; but where the inputs of a Release come from, its program knows in the preview already.

const scripts = "cloudflare:index/workersScript:WorkersScript";
const versions = "cloudflare:index/workerVersion:WorkerVersion";

/** Where the inputs of a Release come from. */
interface Inputs {
  readonly scriptName: pulumi.Input<string>;
  readonly versionId: pulumi.Input<string>;
}

type Warn = (message: string) => unknown;

/** Warns of each resource that gives a Release its inputs and moves the traffic by itself. It never fails. */
export async function warnOfMovers({ scriptName, versionId }: Inputs, warn: Warn): Promise<void> {
  const [script, version] = await Promise.all([resourcesOf(scriptName), resourcesOf(versionId)]);
  for (const resource of new Set([...script, ...version])) {
    if (isOf(resource, scripts)) {
      warn(
        "The Worker is a WorkersScript: each edit of it is at 100 % at once, before this Release, which then compares the " +
          "code with itself. Use Worker with WorkerVersion, or ScriptVersion.",
      );
    }
    if (isOf(resource, versions)) {
      const { deploy } = resource as { readonly deploy?: pulumi.Input<boolean | undefined> };
      pulumi.output(deploy).apply((isOn) => {
        if (isOn === true) warn(deployedByUpload);
      });
    }
  }
}

const deployedByUpload =
  "The version is a WorkerVersion with `deploy: true`: its upload puts it at 100 % at once, and no stage of this Release " +
  "runs. Leave `deploy` out: the Release alone deploys.";

/** The resources that an input comes from. One whose output fails is told by Pulumi. */
function resourcesOf(input: pulumi.Input<string>): Promise<ReadonlySet<pulumi.Resource>> {
  return pulumi.getAllResources(pulumi.output(input)).catch(() => new Set());
}

function isOf(resource: pulumi.Resource, type: string): boolean {
  return (resource as { readonly __pulumiType?: unknown }).__pulumiType === type;
}
