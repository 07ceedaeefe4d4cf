import { createHash, randomBytes, randomUUID } from "node:crypto";
import { noSuchScript } from "../api/error";
import type { EdgeContext } from "../context";
import { newDeployment } from "../deployments/deploy";
import { DEFAULT_COMPATIBILITY_DATE } from "./compatibility";
import type { SettingsChange } from "./metadata";
import type { Binding, Modules, Script, ScriptSettings, Version } from "./types";
import type { Upload } from "./upload";

/** Who uploads, and under which name. */
export interface Uploader {
  readonly scriptName: string;
  readonly source: string;
}

const NEW_SETTINGS: ScriptSettings = { observability: { enabled: false }, logpush: false, tags: [] };

/** Uploads a version and deploys it at 100 % at once, making the script if it is new. */
export async function uploadAndDeploy(
  context: EdgeContext,
  uploader: Uploader,
  upload: Upload,
): Promise<{ script: Script; version: Version }> {
  const version = await tried(context, draft(context, uploader, upload, "upload"), upload.modules);
  const { scriptName, source } = uploader;
  return stored(context, version, (numbered) => {
    const script = rewritten(context.state.scripts.get(scriptName) ?? newScript(uploader), upload.metadata);
    context.state.scripts.put({ ...script, lastDeployedFrom: source });
    context.state.versions.add(numbered, upload.modules);
    context.state.deployments.add(
      newDeployment(scriptName, source, {
        shares: [{ versionId: numbered.id, percentage: 100 }],
        message: numbered.message,
        triggeredBy: "upload",
      }),
    );
    return { script, version: numbered };
  });
}

/** Uploads a version of a script that exists. No traffic goes to it. */
export async function uploadVersion(
  context: EdgeContext,
  uploader: Uploader,
  upload: Upload,
): Promise<Version> {
  const version = await tried(context, draft(context, uploader, upload, "version_upload"), upload.modules);
  return stored(context, version, (numbered) => {
    // It may have been deleted while the version was being tried.
    if (!context.state.scripts.get(uploader.scriptName)) throw noSuchScript();
    context.state.versions.add(numbered, upload.modules);
    return numbered;
  });
}

/** Runs the version: what workerd refuses is thrown, and nothing of it is kept. */
async function tried(context: EdgeContext, version: Version, modules: Modules): Promise<Version> {
  const startedAt = performance.now();
  await context.instances.get(version.id, () => ({ version, modules }));
  return { ...version, startupTimeMs: Math.round(performance.now() - startedAt) };
}

/** Writes what `write` writes and lets the front know; ends the version's process when that fails. */
async function stored<T>(context: EdgeContext, version: Version, write: (version: Version) => T): Promise<T> {
  const { state, routes, instances } = context;
  try {
    const result = state.transaction(() => {
      const latest = state.versions.latest(version.scriptName)?.number ?? 0;
      return write({ ...version, number: latest + 1 });
    });
    routes.reload(version.scriptName);
    return result;
  } catch (error) {
    await instances.stop([version.id]);
    throw error;
  }
}

function draft(
  context: EdgeContext,
  uploader: Uploader,
  { metadata, modules }: Upload,
  triggeredBy: Version["triggeredBy"],
): Version {
  return {
    id: randomUUID(),
    scriptName: uploader.scriptName,
    number: 0,
    createdOn: new Date().toISOString(),
    source: uploader.source,
    etag: etagOf(modules),
    mainModule: metadata.main_module,
    compatibilityDate: metadata.compatibility_date ?? DEFAULT_COMPATIBILITY_DATE,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    usageModel: metadata.usage_model ?? "standard",
    bindings: withKept(metadata, context.state.versions.latest(uploader.scriptName)),
    tag: metadata.annotations?.["workers/tag"] ?? undefined,
    message: metadata.annotations?.["workers/message"] ?? undefined,
    triggeredBy,
    startupTimeMs: 0,
  };
}

/** The bindings an upload gives, and those it keeps of the version before: by kind, where it gives none of the name. */
function withKept({ bindings, keep_bindings }: Upload["metadata"], before: Version | undefined): Binding[] {
  const given = bindings ?? [];
  const kept = before?.bindings.filter(
    ({ type, name }) => keep_bindings?.includes(type) && !given.some((binding) => binding.name === name),
  );
  return [...given, ...(kept ?? [])];
}

function etagOf(modules: Modules): string {
  const hash = createHash("sha256");
  for (const { name, content } of modules) hash.update(name).update("\0").update(content);
  return hash.digest("hex");
}

function newScript({ scriptName, source }: Uploader): Script {
  const now = new Date().toISOString();
  return {
    name: scriptName,
    tag: randomBytes(16).toString("hex"),
    createdOn: now,
    modifiedOn: now,
    lastDeployedFrom: source,
    subdomainEnabled: false,
    previewsEnabled: false,
    settings: NEW_SETTINGS,
  };
}

/** An upload says all of a script's settings: what it leaves out goes back to what a new script has. */
function rewritten(script: Script, metadata: SettingsChange): Script {
  return changed({ ...script, settings: NEW_SETTINGS }, metadata);
}

/** The script with the settings that a change gives, and the others as they were. */
export function changed(script: Script, change: SettingsChange): Script {
  const { observability, logpush, tags } = change;
  const settings = {
    observability: observability ?? script.settings.observability,
    logpush: logpush ?? script.settings.logpush,
    tags: tags ?? script.settings.tags,
  };
  return { ...script, settings, modifiedOn: new Date().toISOString() };
}
