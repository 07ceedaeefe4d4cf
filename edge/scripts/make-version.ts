import { createHash, randomUUID } from "node:crypto";
import { noSuchScript } from "../api/error";
import type { EdgeContext } from "../context";
import { newDeployment } from "../deployments/deploy";
import { timestamp } from "../state/timestamp";
import type { Ancestors } from "./inherit";
import { checkStubs, warningsOnStubs } from "./stubs";
import { checkTargets } from "./targets";
import type { Blueprint, DurableObjects, Modules, Script, Version } from "./types";

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

/**
 * Makes a version of a draft, and stores what `write` stores. What workerd refuses is thrown, and nothing of it is
 * kept. Versions of one script are made one after another, so a draft knows all that came before it.
 */
export function makeVersion<T>(
  context: EdgeContext,
  author: Author,
  draft: (ancestors: Ancestors) => Draft,
  write: (version: Version, modules: Modules) => T,
): Promise<T> {
  const { state } = context;
  return state.turns.take(author.scriptName, async () => {
    const latest = state.versions.latest(author.scriptName);
    const find = (id: string): Version | undefined => state.versions.get(author.scriptName, id);
    const drafted = draft({ latest, find });
    const version = await tried(
      context,
      versionOf(author, drafted, state.versions.nextNumber(author.scriptName)),
      drafted,
    );
    return stored(context, version, () => write(version, drafted.modules));
  });
}

/** The message of a deployment that an upload made, unless the upload brought one. */
const ON_UPLOAD = "Automatic deployment on upload.";

/** Gives all traffic to a version. To be called where it is stored. */
export function deployAtOnce({ state }: EdgeContext, version: Version): void {
  const { scriptName, source, message, triggeredBy } = version;
  state.deployments.add(
    newDeployment(scriptName, source, {
      shares: [{ versionId: version.id, percentage: 100 }],
      message: message ?? (triggeredBy === "upload" ? ON_UPLOAD : undefined),
      triggeredBy: triggeredBy === "version_upload" ? "deployment" : triggeredBy,
    }),
  );
}

/** The script, which may have been deleted while one of its versions was being tried. */
export function existingScript({ state }: EdgeContext, scriptName: string): Script {
  const script = state.scripts.get(scriptName);
  if (script) return script;
  throw noSuchScript();
}

async function tried(context: EdgeContext, version: Version, { modules }: Draft): Promise<Version> {
  const { state, instances, stubs } = context;
  checkTargets(state, version);
  checkStubs(context, version);
  const startedAt = performance.now();
  await instances.get(version.id, () => ({ version, modules }));
  stubs.tell(version.scriptName, warningsOnStubs(context, version));
  return { ...version, startupTimeMs: Math.round(performance.now() - startedAt) };
}

/** Writes what `write` writes and lets the front know; ends the version's process when that fails. */
async function stored<T>(context: EdgeContext, version: Version, write: () => T): Promise<T> {
  const { state, routes, instances } = context;
  try {
    const result = state.transaction(write);
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
    createdOn: timestamp(),
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
