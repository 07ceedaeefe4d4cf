import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { Module } from "../cloudflare/upload";

/** A module as a program gives it. */
export interface ModuleInput {
  readonly name: string;
  readonly content?: string | undefined;
  readonly contentFile?: string | undefined;
  readonly contentType?: string | undefined;
}

const typesByExtension: Readonly<Record<string, string>> = {
  ".js": "application/javascript+module",
  ".mjs": "application/javascript+module",
  ".wasm": "application/wasm",
  ".txt": "text/plain",
  ".html": "text/plain",
  ".json": "application/json",
};

/** The module with its content; `contentFile` is looked up from the program's directory. */
export function loadModule(given: ModuleInput): Module {
  const contentType =
    given.contentType ?? typesByExtension[extname(given.name)] ?? "application/octet-stream";
  return { name: given.name, content: contentOf(given), contentType };
}

/** The fingerprint by which a change of a file is seen. */
export function fingerprint(given: ModuleInput): string {
  return createHash("sha256").update(contentOf(given)).digest("hex");
}

function contentOf({ content, contentFile }: ModuleInput): string | Uint8Array {
  return content ?? readFileSync(resolve(contentFile ?? ""));
}
