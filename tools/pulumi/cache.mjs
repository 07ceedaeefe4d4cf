import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root } from "../root.mjs";
import { completeIn } from "./cli.mjs";

/** The npm package `pulumi`, a wrapper that runs the CLI of its own version. */
export const wrapper = join(root, "node_modules", "pulumi");

export function wrappedVersion() {
  return JSON.parse(readFileSync(join(wrapper, "package.json"), "utf8")).version;
}

/** Where the wrapper keeps the CLI, and looks before it downloads one. */
export function cacheFolder(env = process.env) {
  return join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "versions", wrappedVersion());
}

export function cached() {
  return completeIn(join(cacheFolder(), "bin"));
}
