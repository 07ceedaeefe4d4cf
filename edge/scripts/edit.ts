import { noVersions, type ApiError } from "../api/error";
import type { EdgeContext } from "../context";
import { sameBlueprint } from "./blueprint";
import type { Ancestors } from "./inherit";
import { deployAtOnce, existingScript, makeVersion, type Author, type Draft } from "./make-version";
import type { Script, Version } from "./types";

/** What a new version has otherwise than the latest one, which it is made of. */
export type Revise = (latest: Version, ancestors: Ancestors, script: Script) => Partial<Draft>;

/** An edit that is deployed at once. */
export interface Edit {
  readonly revise: Revise;
  /** What the edit changes of the script itself. */
  readonly settle?: (script: Script) => Script;
  /** How to refuse it where the latest version is not the one that is deployed. */
  readonly refusal: ApiError;
}

/** Makes a version of the latest one. No traffic goes to it. */
export function reviseLatest(context: EdgeContext, author: Author, revise: Revise): Promise<Version> {
  return makeVersion(context, author, drafting(context, author, revise), (version, modules) => {
    existingScript(context, author.scriptName);
    context.state.versions.add(version, modules);
    return version;
  });
}

/**
 * Makes a version of the latest one and deploys it at 100 %. The latest version has to be the one that has all of the
 * traffic: the edit would deploy what nobody has asked to deploy.
 */
export function editLive(
  context: EdgeContext,
  author: Author,
  { revise, settle = (script) => script, refusal }: Edit,
): Promise<{ script: Script; version: Version }> {
  const { state } = context;
  const live: Revise = (latest, ancestors, script) => {
    if (!isFullyDeployed(context, latest)) throw refusal;
    return revise(latest, ancestors, script);
  };
  return makeVersion(context, author, drafting(context, author, live), (version, modules) => {
    // Another deployment may have been made while the version was being tried.
    const before = state.versions.latest(author.scriptName);
    if (before !== undefined && !isFullyDeployed(context, before)) throw refusal;
    const { durableObjects, source } = version;
    const settled = settle(existingScript(context, author.scriptName));
    const script = { ...settled, durableObjects, lastDeployedFrom: source, modifiedOn: version.createdOn };
    state.scripts.put(script);
    state.versions.add(version, modules);
    deployAtOnce(context, version);
    return { script, version };
  });
}

function drafting(context: EdgeContext, { scriptName }: Author, revise: Revise) {
  return (ancestors: Ancestors): Draft => {
    const script = existingScript(context, scriptName);
    const { latest } = ancestors;
    if (latest === undefined) throw noVersions();
    return {
      blueprint: sameBlueprint(latest),
      modules: context.state.versions.modules(latest.id),
      durableObjects: script.durableObjects,
      triggeredBy: "version_upload",
      ...revise(latest, ancestors, script),
    };
  };
}

function isFullyDeployed({ state }: EdgeContext, { scriptName, id }: Version): boolean {
  const shares = state.deployments.active(scriptName)?.shares ?? [];
  return shares.length === 1 && shares[0]?.versionId === id;
}
