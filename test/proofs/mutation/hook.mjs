// Loads TypeScript as ts-node does, and keeps what it compiled in a folder: a process that finds everything there
// starts in a third of a second.
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import Module, { createRequire, enableCompileCache } from "node:module";
import { join } from "node:path";

const folder = process.env.MUTATION_FOLDER;
const require = createRequire(import.meta.url);
let service;

enableCompileCache(join(folder, "v8"));
Module._extensions[".ts"] = (module, path) => {
  module._compile(globalThis.__instead?.[path] ?? compiled(path), path);
};

function compiled(path) {
  const source = readFileSync(path, "utf8");
  const name = createHash("sha256").update(`${path}\n${source}`).digest("hex");
  const kept = join(folder, `${name}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  service ??= require("ts-node").create({ transpileOnly: true });
  const result = service.compile(source, path);
  const draft = `${kept}.${process.pid}`;
  writeFileSync(draft, result);
  renameSync(draft, kept); // another process may be reading
  return result;
}
