import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeclarations, type Declared } from "./generate";

export type { Declared } from "./generate";

const FOLDER = join(__dirname, "../../../.cache/witness");

/** What the installed client declares: read once, then kept for as long as the client and the reading stay the same. */
export function declared(): Declared {
  const file = join(FOLDER, `${fingerprint()}.json`);
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(readDeclarations(FOLDER)));
    renameSync(partial, file);
  }
  return JSON.parse(readFileSync(file, "utf8")) as Declared;
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const name of ["cloudflare", "ts-json-schema-generator", "typescript"]) {
    hash.update(readFileSync(join(__dirname, "../../../node_modules", name, "package.json")));
  }
  for (const source of readdirSync(__dirname).sort()) hash.update(readFileSync(join(__dirname, source)));
  return hash.digest("hex").slice(0, 16);
}
