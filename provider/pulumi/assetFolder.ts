import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import ignore from "ignore";
import { contentType } from "mime-types";
import type { AssetFile, Assets } from "../cloudflare/assets";

/** Cloudflare's limits (https://developers.cloudflare.com/workers/platform/limits/#static-assets). */
const maxBytes = 25 * 1024 * 1024;
const maxFiles = 100_000;

/** Files that say how the others are served; no visitor gets them. */
const ignoreFile = ".assetsignore";
const rules = { _headers: "_headers", _redirects: "_redirects" };

/** Static assets as a program gives them. */
export interface AssetsInput {
  readonly directory: string;
  readonly config?:
    | {
        readonly htmlHandling?: string | undefined;
        readonly notFoundHandling?: string | undefined;
        readonly runWorkerFirst?: boolean | readonly string[] | undefined;
        readonly basePath?: string | undefined;
      }
    | undefined;
}

/**
 * The files of a folder, looked up from the program's directory, as Cloudflare is to serve them: without those that its
 * `.assetsignore` excludes, and by the rules of its `_headers` and `_redirects`.
 *
 * @throws {Error} saying which file or folder cannot be served
 */
export async function loadAssets({ directory, config }: AssetsInput): Promise<Assets> {
  const folder = resolve(directory);
  const own = [ignoreFile, ...Object.values(rules)].map((name) => `/${name}`);
  // In a list each text is one pattern; a text by itself is a file of them.
  const excluded = ignore()
    .add(own)
    .add((await textOf(folder, ignoreFile)) ?? "");
  const names = await filesIn(folder, (name) => !excluded.ignores(name));
  if (names.length > maxFiles) {
    throw new Error(
      `"${directory}" has ${names.length} files; Cloudflare serves at most ${maxFiles} of a version: name what to leave out in ` +
        ignoreFile,
    );
  }
  refuseUndecodable(names);
  await refuseWorker(names, folder);
  const files: AssetFile[] = [];
  for (const name of names) files.push(await assetOf(folder, name));
  return {
    files,
    config: {
      html_handling: config?.htmlHandling,
      not_found_handling: config?.notFoundHandling,
      run_worker_first: config?.runWorkerFirst,
      base_path: config?.basePath,
      _headers: await textOf(folder, rules._headers),
      _redirects: await textOf(folder, rules._redirects),
    },
  };
}

/** The fingerprint by which a change of any file, or of the rules, is seen. */
export function manifestOf({ files, config }: Assets): string {
  const manifest = files.map(({ path, hash }) => [path, hash]);
  return createHash("sha256")
    .update(JSON.stringify([manifest, config["_headers"], config["_redirects"]]))
    .digest("hex");
}

async function filesIn(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const names: string[] = [];
  for (const name of entries.map((entry) => entry.split(sep).join("/")).filter(isWanted))
    if (await isFile(folder, name)) names.push(name);
  return names.sort();
}

async function isFile(folder: string, name: string): Promise<boolean> {
  try {
    return (await stat(join(folder, name))).isFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${name} cannot be read (${code ?? message}); leave it out with ${ignoreFile}`, {
      cause: error,
    });
  }
}

/** Cloudflare's code 10304 names no file. */
function refuseUndecodable(names: readonly string[]): void {
  const found = names.find((name) => !isDecodable(name));
  if (found === undefined) return;
  throw new Error(
    `${found} has a % in its path that begins no escape such as %20, which Cloudflare refuses: rename it, or leave it out ` +
      `with ${ignoreFile}`,
  );
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Code of Cloudflare Pages among the files would be served to every visitor. */
async function refuseWorker(names: readonly string[], folder: string): Promise<void> {
  const found = names.find((name) => name === "_worker.js" || name.startsWith("_worker.js/"));
  if (found === undefined || (await textOf(folder, ignoreFile)) !== undefined) return;
  throw new Error(
    `${found} would be served to everybody as a static asset; write _worker.js into ${ignoreFile} to leave it out, or ` +
      "write an empty one to serve it",
  );
}

async function assetOf(folder: string, name: string): Promise<AssetFile> {
  const file = join(folder, name);
  const content = await readFile(file);
  if (content.byteLength > maxBytes) {
    throw new Error(
      `${relative(process.cwd(), file)} has ${content.byteLength} bytes; Cloudflare serves files of at most ${maxBytes} ` +
        `(25 MiB): make it smaller, serve it from R2, or leave it out with ${ignoreFile}`,
    );
  }
  const extension = extname(name);
  return {
    path: `/${name}`,
    hash: createHash("sha256")
      .update(content.toString("base64"))
      .update(extension.slice(1))
      .digest("hex")
      .slice(0, 32),
    size: content.byteLength,
    contentType: contentType(extension) || undefined,
    read: () => readFile(file),
  };
}

/** The text of a file; undefined when there is none. */
async function textOf(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
