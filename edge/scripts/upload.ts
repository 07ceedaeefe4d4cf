import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { parseMainModule, parseMetadata, type UploadMetadata } from "./metadata";
import type { Modules, ModuleType, ScriptModule } from "./types";

/** A script as it was uploaded. */
export interface Upload {
  readonly metadata: UploadMetadata;
  readonly modules: Modules;
  /** Whether a binding that is to be inherited, and is not there, is an error. */
  readonly isStrict: boolean;
}

/** A field of a form: a text, or a file with a content type of its own. */
type Part = File | string;

/** How a part is loaded, by its content type. */
const MODULE_TYPES: Readonly<Record<string, ModuleType>> = {
  "application/javascript+module": "ESModule",
  "text/javascript+module": "ESModule",
  "application/javascript": "CommonJS",
  "text/javascript": "CommonJS",
  "text/plain": "Text",
  "application/octet-stream": "Data",
  "application/wasm": "CompiledWasm",
};

const SOURCE_MAP = "application/source-map";

/** Reads a multipart upload: a `metadata` part, and a part for each module. */
export async function parseUpload(form: FormData, isStrict: boolean): Promise<Upload> {
  const metadata = parseMetadata(await textOf(form.get("metadata")));
  const modules = await modulesOf(form);
  checkModules(modules, metadata.main_module);
  return { metadata, modules, isStrict };
}

/** Reads an upload of code alone. What is the main module is said in a `metadata` part, or elsewhere. */
export async function parseContent(
  form: FormData,
  named: string | undefined,
): Promise<{ mainModule: string; modules: Modules }> {
  const mainModule = named ?? parseMainModule(await textOf(form.get("metadata")));
  const modules = await modulesOf(form);
  checkModules(modules, mainModule);
  return { mainModule, modules };
}

async function textOf(part: Part | null): Promise<string> {
  if (part === null) refuse("could not read content for part metadata");
  return typeof part === "string" ? part : part.text();
}

async function modulesOf(form: FormData): Promise<ScriptModule[]> {
  const files = [...form].filter(([field, part]) => field !== "metadata" && !isSourceMap(part));
  return Promise.all(files.map(([field, part]) => moduleOf(field, part)));
}

function isSourceMap(part: Part): boolean {
  return typeof part !== "string" && mediaType(part.type) === SOURCE_MAP;
}

/** A module goes by its part's file name, as `main_module` does. */
async function moduleOf(field: string, part: Part): Promise<ScriptModule> {
  if (typeof part === "string") {
    refuse(`Part '${field}' has no file name. A module is a part with a file name and a content type.`);
  }
  return moduleFrom(part.name, part.type, await part.bytes());
}

/** A module by its name and content type. */
export function moduleFrom(name: string, givenType: string, content: Uint8Array): ScriptModule {
  const contentType = mediaType(givenType);
  const type = MODULE_TYPES[contentType];
  if (type !== undefined) return { name, type, contentType, content };
  refuse(
    `Module '${name}' has content type '${givenType}', which the local edge does not run. ` +
      `It runs ${Object.keys(MODULE_TYPES).join(", ")}.`,
  );
}

function mediaType(contentType: string): string {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Refuses modules that could not be told apart, or that lack the main one. */
export function checkModules(modules: Modules, mainModule: string): void {
  const names = modules.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) refuse(`Module name '${repeated}' is used more than once.`);
  const outside = names.find(leavesItsFolder);
  if (outside !== undefined) refuse(`Module name '${outside}' is not a path below the script's own folder.`);
  if (!names.includes(mainModule)) {
    const found = names.length > 0 ? names.join(", ") : "none";
    refuse(`No such module: ${mainModule}. It is the main_module; the modules uploaded are: ${found}.`);
  }
}

/** Names never touch the file system, but two spellings of one place would confuse imports. */
function leavesItsFolder(name: string): boolean {
  return name.startsWith("/") || name.split(/[\\/]/).includes("..") || name.includes("\0");
}

function refuse(message: string): never {
  throw new ApiError(400, CODES.invalidScript, message);
}
