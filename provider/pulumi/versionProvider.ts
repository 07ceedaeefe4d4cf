import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { budgetFor } from "../cloudflare/budget/budgets";
import { cloudflareClient } from "../cloudflare/client";
import { resolveConnection } from "../cloudflare/credentials";
import type { Upload } from "../cloudflare/upload";
import { cloudflareVersions, type Versions } from "../cloudflare/versions";
import { hasUnknown } from "../plan/faults";
import { checked, defined, failureOf, read, same, type Checked } from "./validation";
import { systemClock } from "./clock";
import { sources } from "./config";
import { versionInputs } from "./versionInputs";
import { fingerprint, loadModule, type ModuleInput } from "./versionModules";

type Properties = Record<string, unknown>;

/** Fills in the account and the fingerprints of the modules, and checks everything that is known. */
export async function check(_olds: unknown, news: Properties): Promise<Checked> {
  const result = checked(versionInputs, news);
  if (result.failures.length > 0) return result;
  return Promise.resolve(withFingerprints(result.inputs));
}

function withFingerprints(inputs: Properties): Checked {
  if (hasUnknown(inputs["modules"])) return { inputs, failures: [] };
  const failures: dynamic.CheckFailure[] = [];
  const modules = (inputs["modules"] as ModuleInput[]).map((module, index) => {
    try {
      return { ...module, contentSha256: fingerprint(module) };
    } catch (error) {
      const reason = `modules[${index}].contentFile: got "${module.contentFile ?? ""}", which cannot be read (${codeOf(error)}); expected the path of a file, from ${process.cwd()}`;
      failures.push(failureOf(reason));
      return module;
    }
  });
  return { inputs: { ...inputs, modules }, failures };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** A version never changes: whatever differs makes a new one. */
export async function diff(_id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
  const inputs = Object.keys(versionInputs.shape);
  const replaces = inputs.filter((key) => !same(olds[key], news[key]));
  return Promise.resolve({ changes: replaces.length > 0, replaces });
}

/** Uploads the version. */
export async function create(news: Properties): Promise<dynamic.CreateResult> {
  const inputs = read(versionInputs, news, "What the program gives to the ScriptVersion");
  const { versionId, number, deployed } = await versionsOf(inputs).upload(uploadOf(inputs));
  return { id: versionId, outs: defined({ ...news, versionId, number, deployed }) };
}

function uploadOf(inputs: z.output<typeof versionInputs>): Upload {
  const { mainModule, modules, compatibilityDate, compatibilityFlags, bindings, observability, annotations } =
    inputs;
  const optional = { compatibilityDate, compatibilityFlags, bindings, observability, annotations };
  return { mainModule, modules: modules.map(loadModule), ...(defined(optional) as Partial<Upload>) };
}

const versionState = z.object({ accountId: z.string(), scriptName: z.string() });

/** Finds out whether the version still exists. */
export async function refresh(id: string, olds: Properties): Promise<dynamic.ReadResult> {
  const worker = read(versionState, olds, "The state of the ScriptVersion");
  return (await versionsOf(worker).exists(id)) ? { id, props: olds } : {};
}

/** Never asked for: every difference replaces the version. */
export async function update(_id: string, olds: Properties): Promise<dynamic.UpdateResult> {
  return Promise.resolve({ outs: olds });
}

/** Leaves the version where it is: Cloudflare keeps versions for rollbacks and deletes them with the Worker. */
export async function remove(): Promise<void> {
  return Promise.resolve();
}

export { configure } from "./config";
export { refresh as read, remove as delete };

function versionsOf(worker: { accountId: string; scriptName: string }): Versions {
  const connection = resolveConnection(sources());
  const client = cloudflareClient(connection, { budget: budgetFor(connection, systemClock) });
  return cloudflareVersions(client, worker);
}
