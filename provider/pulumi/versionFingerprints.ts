import { isAbsolute, relative, sep } from "node:path";
import type { dynamic } from "@pulumi/pulumi";
import { hasUnknown, unknownValue } from "../plan/faults";
import { loadAssets, manifestOf, type AssetsInput } from "./assetFolder";
import { failureOf, type Checked } from "./validation";
import { fingerprint, type ModuleInput } from "./versionModules";

type Properties = Record<string, unknown>;

/**
 * Adds the fingerprints of the files, by which a change of one is seen, and names the files from the program's directory.
 * Files that cannot be read are failures. What has a fingerprint is left as it is: Pulumi took it from the state, since the
 * program ignores its changes (`ignoreChanges`).
 */
export async function withFingerprints(inputs: Properties): Promise<Checked> {
  const modules = modulesOf(inputs["modules"]);
  const assets = await assetsOf(inputs["assets"]);
  return {
    inputs: { ...inputs, ...modules.property, ...assets.property },
    failures: [...modules.failures, ...assets.failures],
  };
}

interface Part {
  readonly property: Properties;
  readonly failures: readonly dynamic.CheckFailure[];
}

function modulesOf(given: unknown): Part {
  if (given === unknownValue) return { property: {}, failures: [] };
  const failures: dynamic.CheckFailure[] = [];
  const modules = (given as ModuleInput[]).map((module, index) => {
    if (hasUnknown(module)) return withOpen(module, "contentSha256");
    try {
      return {
        ...portable(module, "contentFile"),
        contentSha256: module.contentSha256 ?? fingerprint(module),
      };
    } catch (error) {
      const reason = `modules[${index}].contentFile: got "${module.contentFile ?? ""}", which cannot be read (${codeOf(error)}); expected the path of a file, from ${process.cwd()}`;
      failures.push(failureOf(reason));
      return module;
    }
  });
  return { property: { modules }, failures };
}

async function assetsOf(given: unknown): Promise<Part> {
  if (given === undefined || given === unknownValue) return { property: {}, failures: [] };
  if (hasUnknown(given))
    return { property: { assets: withOpen(given, "assetManifestSha256") }, failures: [] };
  const assets = given as AssetsInput & { readonly assetManifestSha256?: string };
  if (assets.assetManifestSha256 !== undefined) return { property: {}, failures: [] };
  try {
    const assetManifestSha256 = manifestOf(await loadAssets(assets));
    return { property: { assets: { ...portable(assets, "directory"), assetManifestSha256 } }, failures: [] };
  } catch (error) {
    const reason = `assets.directory: got "${assets.directory}", which cannot be served (${codeOf(error)}); expected the path of a folder of files, from ${process.cwd()}`;
    return { property: {}, failures: [failureOf(reason)] };
  }
}

/** Without a path that only this machine has: the state is to hold none. */
function portable<T extends object>(given: T, key: keyof T): T {
  const path = given[key];
  return typeof path === "string" && isAbsolute(path) ? { ...given, [key]: fromHere(path) } : given;
}

function fromHere(path: string): string {
  return relative(process.cwd(), path).split(sep).join("/") || ".";
}

/** What is not known whole has a fingerprint that is not known either, and is otherwise compared as it is. */
function withOpen(given: unknown, fingerprint: string): unknown {
  return given === unknownValue ? given : { ...(given as Properties), [fingerprint]: unknownValue };
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
