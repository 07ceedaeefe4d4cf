import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { EdgeContext } from "../context";
import { assetsWished } from "./asset-wish";
import { uploadedBlueprint } from "./blueprint";
import type { Ancestors } from "./inherit";
import { deployAtOnce, existingScript, makeVersion, type Author, type Draft } from "./make-version";
import type { UploadMetadata } from "./metadata";
import { migrated, NO_DURABLE_OBJECTS, wouldMigrate } from "./migrations";
import { newScript, rewritten } from "./script";
import type { Blueprint, Script, Version } from "./types";
import type { Upload } from "./upload";

/** Uploads a version and deploys it at 100 % at once, making the script if it is new. */
export function uploadAndDeploy(
  context: EdgeContext,
  author: Author,
  { metadata, modules, isStrict }: Upload,
): Promise<{ script: Script; version: Version }> {
  const { scripts, versions } = context.state;
  const existing = (): Script | undefined => scripts.get(author.scriptName);
  const draft = (ancestors: Ancestors): Draft => ({
    blueprint: blueprintOf(context, author, metadata, ancestors, isStrict),
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
  { deploys } = { deploys: false },
): Promise<Version> {
  const draft = (ancestors: Ancestors): Draft => {
    const { durableObjects: before } = existingScript(context, author.scriptName);
    if (!deploys && wouldMigrate(before, metadata.migrations)) throw cannotMigrate();
    const durableObjects = deploys ? migrated(before, metadata.migrations) : before;
    const blueprint = blueprintOf(context, author, metadata, ancestors, isStrict);
    return { blueprint, modules, durableObjects, triggeredBy: "version_upload" };
  };
  return makeVersion(context, author, draft, (version) => {
    const script = existingScript(context, author.scriptName);
    context.state.versions.add(version, modules);
    if (deploys) {
      const { durableObjects, source } = version;
      context.state.scripts.put({ ...script, durableObjects, lastDeployedFrom: source });
      deployAtOnce(context, version);
    }
    return version;
  });
}

function blueprintOf(
  { assetSessions }: EdgeContext,
  { scriptName }: Author,
  metadata: UploadMetadata,
  ancestors: Ancestors,
  isStrict: boolean,
): Blueprint {
  const assets = assetsWished(assetSessions, scriptName, metadata, ancestors.latest);
  return uploadedBlueprint(metadata, ancestors, isStrict, assets);
}

function cannotMigrate(): ApiError {
  return new ApiError(
    400,
    CODES.migrationInVersion,
    "Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object migration, " +
      "but migrations must be fully applied: deploy the Worker at once with `wrangler deploy` or PUT …/scripts/{name}.",
  );
}
