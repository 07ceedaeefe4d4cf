import { chmodSync, existsSync, lstatSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root } from "../root.mjs";

/** Puts the project's own command where `npx workers-release` looks first; npm links only those of dependencies. */
export function linkCommand() {
  const program = join(root, "dist", "provider", "cli", "main.js");
  const link = join(root, "node_modules", ".bin", "workers-release");
  if (existsSync(program)) chmodSync(program, 0o755);
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  symlinkSync("../../dist/provider/cli/main.js", link);
}
