import { chmodSync, copyFileSync, readFileSync, realpathSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../root.mjs";
import { find } from "../search-path.mjs";
import { cacheFolder } from "./cache.mjs";

const name = "pulumi-resource-pulumi-nodejs";

/** What the engine starts for dynamic resources. Every download of Pulumi's CLI contains it, and so does @pulumi/pulumi. */
const official = join(root, "node_modules", "@pulumi", "pulumi", name);

/** Makes the launcher in `folder` the official one. */
export function putLauncher(folder) {
  const launcher = join(folder, name);
  if (isOfficial(launcher)) return;
  // All at once, since another set-up may be doing the same, and an engine may be starting what is there.
  const draft = `${launcher}.${process.pid}`;
  copyFileSync(official, draft);
  chmodSync(draft, 0o755);
  renameSync(draft, launcher);
}

/** Mends a cache that an earlier set-up has filled. What the machine's owner installed is left alone. */
export function mendLauncher(pulumi, cache = cacheFolder()) {
  if (dirname(pulumi) === join(cache, "bin")) putLauncher(dirname(pulumi));
}

/** The folders of a PATH on which the engine `pulumi` finds the official launcher: it looks beside itself last. */
export function withLauncher(folders, pulumi) {
  const found = find(name, [...folders, dirname(realpathSync(pulumi))]);
  return isOfficial(found) ? folders : [dirname(official), ...folders];
}

/** True when `launcher` is what @pulumi/pulumi contains. */
export function isOfficial(launcher) {
  return launcher !== undefined && contentOf(launcher)?.equals(readFileSync(official)) === true;
}

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
