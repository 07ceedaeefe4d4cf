import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AssetStore } from "../state/assets";
import type { VersionAssets } from "./types";

/** Writes the files of a version into a folder of its own, and the rules for them, as Miniflare wants them. */
export async function writeAssets(
  folder: string,
  store: AssetStore,
  { files, config }: VersionAssets,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, hash] of Object.entries(files)) {
    const file = join(folder, ...path.slice(1).split("/"));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, store.get(hash));
  }
  for (const name of ["_headers", "_redirects"] as const) {
    const rules = config[name];
    if (rules != null) await writeFile(join(folder, name), rules);
  }
}
