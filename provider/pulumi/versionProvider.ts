import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { budgetFor } from "../cloudflare/budget/budgets";
import { cloudflareClient, type WorkerName } from "../cloudflare/client";
import { resolveConnection } from "../cloudflare/credentials";
import type { Upload } from "../cloudflare/upload";
import { cloudflareVersions, type Versions } from "../cloudflare/versions";
import { hasUnknown } from "../plan/faults";
import { PortError } from "../rollout/ports";
import { loadAssets } from "./assetFolder";
import { systemClock } from "./clock";
import { sources } from "./config";
import { engineProgress } from "./engine";
import { againText, rememberedFailure } from "./failure";
import { checked, defined, maybeSame, read, same, urnOf, type Checked } from "./validation";
import { contentOf } from "./versionContent";
import { withFingerprints } from "./versionFingerprints";
import { versionInputs, versionProperties } from "./versionInputs";
import { loadModule } from "./versionModules";
import { previewed } from "./versionPreview";

type Properties = Record<string, unknown>;
type Inputs = z.output<typeof versionInputs>;

/**
 * Fills in the account and the fingerprints of the files, and checks everything that is known. When that makes a new
 * version, tells what it will lack of what serves now.
 */
export async function check(olds: Properties | undefined, news: Properties): Promise<Checked> {
  const result = checked(versionInputs, news);
  if (result.failures.length > 0) return result;
  const known = await withFingerprints(result.inputs);
  const isNew = versionProperties.some(
    (key) => !same(contentOf(key, olds?.[key]), contentOf(key, known.inputs[key])),
  );
  return known.failures.length === 0 && isNew ? previewed(known.inputs) : known;
}

/**
 * A version never changes: whatever differs makes a new one. What is not known yet is no difference: it is the same as a
 * rule, and the update asks again.
 */
export async function diff(_id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
  const replaces = versionProperties.filter(
    (key) => !maybeSame(contentOf(key, olds[key]), contentOf(key, news[key])),
  );
  const open = versionProperties.filter((key) => hasUnknown(news[key]));
  if (replaces.length === 0 && open.length > 0) engineProgress(urnOf(news)).event(openText(open));
  return Promise.resolve({ changes: replaces.length > 0 || open.length > 0, replaces });
}

function openText(open: readonly string[]): string {
  return (
    `What is known only during the update (${open.join(", ")}) decides whether a new version is uploaded: only if it ` +
    "differs from now."
  );
}

/** Uploads the version. One whose Worker's settings could not be set is a failure that Pulumi remembers. */
export async function create(news: Properties): Promise<dynamic.CreateResult> {
  const inputs = readInputs(news);
  const { settingsFailure, ...version } = await uploaded(inputs);
  // One that the state lacks would be unknown in every preview.
  const outs = { ...defined(news), ...version, number: version.number ?? null };
  if (settingsFailure === undefined) return { id: version.versionId, outs };
  throw withoutSettings(version.versionId, outs, settingsFailure);
}

/**
 * Only ever asked for after a {@link create} that could not set the Worker's settings: sets them. Every difference
 * replaces the version.
 */
export async function update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
  const inputs = readInputs(news);
  const outs = { ...olds, ...news };
  try {
    await versionsOf(inputs).changeSettings(plainUpload(inputs));
    return { outs };
  } catch (error) {
    if (error instanceof PortError) throw withoutSettings(id, outs, error.message);
    throw error;
  }
}

async function uploaded(inputs: Inputs): ReturnType<Versions["upload"]> {
  const upload = await uploadOf(inputs);
  try {
    return await versionsOf(inputs).upload(upload);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    throw new Error(`${error.message}${againText(error)}`, { cause: error });
  }
}

function withoutSettings(id: string, outs: Properties, failure: string): Error {
  const reason = `Version ${id} is uploaded, but the settings of its Worker are not changed: ${failure} \`pulumi up\` tries that again, without another version.`;
  return rememberedFailure(id, outs, [reason]);
}

function readInputs(news: Properties): Inputs {
  return read(versionInputs, news, "What the program gives to the ScriptVersion");
}

async function uploadOf(inputs: Inputs): Promise<Upload> {
  const upload = plainUpload(inputs);
  return inputs.assets === undefined ? upload : { ...upload, assets: await loadAssets(inputs.assets) };
}

/** Inputs that are not part of an upload, or only once they are read. */
const apart = new Set(["accountId", "scriptName", "assets", "modules", "__urn", "__provider"]);

/** The upload without its static assets. */
function plainUpload(inputs: Inputs): Upload {
  const rest = Object.entries(defined(inputs)).filter(([key]) => !apart.has(key));
  return {
    ...(Object.fromEntries(rest) as Omit<Upload, "modules">),
    modules: inputs.modules.map(loadModule),
  };
}

const versionState = z.object({ accountId: z.string(), scriptName: z.string() });

/** Finds out whether the version still exists. */
export async function refresh(id: string, olds: Properties): Promise<dynamic.ReadResult> {
  const worker = read(versionState, olds, "The state of the ScriptVersion");
  return (await versionsOf(worker).exists(id)) ? { id, props: olds } : {};
}

/** Leaves the version where it is: Cloudflare keeps versions for rollbacks and deletes them with the Worker. */
export async function remove(): Promise<void> {
  return Promise.resolve();
}

export { configure } from "./config";
export { refresh as read, remove as delete };

function versionsOf(worker: WorkerName): Versions {
  const connection = resolveConnection(sources());
  const client = cloudflareClient(connection, { budget: budgetFor(connection, systemClock) });
  return cloudflareVersions(client, worker);
}
