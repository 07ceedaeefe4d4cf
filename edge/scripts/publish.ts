import { createHash, randomUUID } from "node:crypto";
import { ApiError, noSuchScript } from "../api/error";
import { CODES } from "../api/codes";
import type { EdgeContext } from "../context";
import { newDeployment } from "../deployments/deploy";
import { uploadedBlueprint } from "./blueprint";
import type { Ancestors } from "./inherit";
import { migrated, NO_DURABLE_OBJECTS, wouldMigrate } from "./migrations";
import { newScript, rewritten } from "./script";
import type { Blueprint, DurableObjects, Modules, Script, Version } from "./types";
import type { Upload } from "./upload";

/** Who makes a version, and of which script. */
export interface Author {
  readonly scriptName: string;
  readonly source: string;
}

/** A version that is not tried yet. */
export interface Draft {
  readonly blueprint: Blueprint;
  readonly modules: Modules;
  readonly durableObjects: DurableObjects;
  readonly triggeredBy: Version["triggeredBy"];
}

/** Uploads a version and deploys it at 100 % at once, making the script if it is new. */
export function uploadAndDeploy(
  context: EdgeContext,
  author: Author,
  { metadata, modules, isStrict }: Upload,
): Promise<{ script: Script; version: Version }> {
  const { scripts, versions } = context.state;
  const existing = (): Script | undefined => scripts.get(author.scriptName);
  const draft = (ancestors: Ancestors): Draft => ({
    blueprint: uploadedBlueprint(metadata, ancestors, isStrict),
    modules,
    durableObjects: migrated(existing()?.durableObjects ?? NO_DURABLE_OBJECTS, metadata.migrations),
    triggeredBy: "upload",
  });
  return makeVersion(context, author, draft, (version) => {
    const settled = rewritten(existing() ?? newScript(author.scriptName, author.source), metadata);
    const { durableObjects, source } = version;
    const script = { ...settled, durableObjects, lastDeployedFrom: source };
    scripts.put(script);
    versions.add(version, modules);
    deployAtOnce(context, version);
    return { script, version };
  });
}

/** Uploads a version of a script that exists. Traffic goes to it only if `deploys`, and then all of it. */
export function uploadVersion(
  context: EdgeContext,
  author: Author,
  { metadata, modules, isStrict }: Upload,
  { deploys }: { deploys: boolean } = { deploys: false },
): Promise<Version> {
  const draft = (ancestors: Ancestors): Draft => {
    const { durableObjects } = existingScript(context, author.scriptName);
    if (wouldMigrate(durableObjects, metadata.migrations)) throw cannotMigrate();
    const blueprint = uploadedBlueprint(metadata, ancestors, isStrict);
    return { blueprint, modules, durableObjects, triggeredBy: "version_upload" };
  };
  return makeVersion(context, author, draft, (version) => {
    // It may have been deleted while the version was being tried.
    const script = existingScript(context, author.scriptName);
    context.state.versions.add(version, modules);
    if (deploys) {
      context.state.scripts.put({ ...script, lastDeployedFrom: author.source });
      deployAtOnce(context, version);
    }
    return version;
  });
}

/**
 * Makes a version of a draft. What workerd refuses is thrown, and nothing of it is kept. Versions of one script are
 * made one after another, so a draft knows all that came before it.
 */
export function makeVersion<T>(
  context: EdgeContext,
  author: Author,
  draft: (ancestors: Ancestors) => Draft,
  write: (version: Version) => T,
): Promise<T> {
  const { state } = context;
  return state.turns.take(author.scriptName, async () => {
    const latest = state.versions.latest(author.scriptName);
    const find = (id: string): Version | undefined => state.versions.get(author.scriptName, id);
    const drafted = draft({ latest, find });
    const version = versionOf(author, drafted, (latest?.number ?? 0) + 1);
    return stored(context, await tried(context, version, drafted.modules), write);
  });
}

/** Gives all traffic to a version. To be called inside of the transaction that stores it. */
export function deployAtOnce({ state }: EdgeContext, version: Version): void {
  const { scriptName, source, message, triggeredBy } = version;
  state.deployments.add(
    newDeployment(scriptName, source, {
      shares: [{ versionId: version.id, percentage: 100 }],
      message,
      triggeredBy: triggeredBy === "version_upload" ? "deployment" : triggeredBy,
    }),
  );
}

export function existingScript({ state }: EdgeContext, scriptName: string): Script {
  const script = state.scripts.get(scriptName);
  if (script) return script;
  throw noSuchScript();
}

async function tried(context: EdgeContext, version: Version, modules: Modules): Promise<Version> {
  const startedAt = performance.now();
  await context.instances.get(version.id, () => ({ version, modules }));
  return { ...version, startupTimeMs: Math.round(performance.now() - startedAt) };
}

/** Writes what `write` writes and lets the front know; ends the version's process when that fails. */
async function stored<T>(context: EdgeContext, version: Version, write: (version: Version) => T): Promise<T> {
  const { state, routes, instances } = context;
  try {
    const result = state.transaction(() => write(version));
    routes.reload(version.scriptName);
    return result;
  } catch (error) {
    await instances.stop([version.id]);
    throw error;
  }
}

function versionOf({ scriptName, source }: Author, draft: Draft, number: number): Version {
  const { blueprint, modules, durableObjects, triggeredBy } = draft;
  return {
    ...blueprint,
    id: randomUUID(),
    scriptName,
    number,
    createdOn: new Date().toISOString(),
    source,
    etag: etagOf(modules),
    durableObjects,
    triggeredBy,
    startupTimeMs: 0,
  };
}

function etagOf(modules: Modules): string {
  const hash = createHash("sha256");
  for (const { name, content } of modules) hash.update(name).update("\0").update(content);
  return hash.digest("hex");
}

function cannotMigrate(): ApiError {
  return new ApiError(
    400,
    CODES.migrationInVersion,
    "Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object migration, " +
      "but migrations must be fully applied: deploy the Worker at once with `wrangler deploy` or PUT …/scripts/{name}.",
  );
}
