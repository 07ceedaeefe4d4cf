import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import type { Module } from "../cloudflare/upload";

/** A module as a program gives it. */
export interface ModuleInput {
  readonly name: string;
  readonly content?: string | undefined;
  readonly contentFile?: string | undefined;
  readonly contentType?: string | undefined;
  /** Its fingerprint; a program gives none. */
  readonly contentSha256?: string | undefined;
}

/** As wrangler's own rules have it, and Cloudflare's list of content types. */
const typesByExtension: Readonly<Record<string, string>> = {
  ".js": "application/javascript+module",
  ".mjs": "application/javascript+module",
  ".cjs": "application/javascript",
  ".map": "application/source-map",
  ".py": "text/x-python",
  ".wasm": "application/wasm",
  ".txt": "text/plain",
  ".html": "text/plain",
  ".sql": "text/plain",
  ".css": "text/plain",
  ".md": "text/plain",
  ".json": "text/plain",
  ".bin": "application/octet-stream",
};

/** The media type of a module, by its name where it does not say. */
function typeOf({ name, contentType }: ModuleInput): string {
  if (contentType !== undefined) return contentType;
  if (basename(name) === "requirements.txt") return "text/x-python-requirement";
  return typesByExtension[extname(name)] ?? "application/octet-stream";
}

/** The module with its content; `contentFile` is looked up from the program's directory. */
export function loadModule(given: ModuleInput): Module {
  return { name: given.name, content: contentOf(given), contentType: typeOf(given) };
}

/** The fingerprint by which a change of a file is seen. */
export function fingerprint(given: ModuleInput): string {
  return createHash("sha256").update(contentOf(given)).digest("hex");
}

function contentOf({ content, contentFile }: ModuleInput): string | Uint8Array {
  return content ?? readFileSync(resolve(contentFile ?? ""));
}
