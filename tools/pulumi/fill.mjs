import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { completeIn } from "./cli.mjs";

const day = 24 * 60 * 60 * 1000;

/**
 * Fills a cache folder all at once or not at all. `make` works in a draft folder beside it and resolves with the
 * folder whose `bin` is complete; that one takes the cache folder's place. Whoever comes second finds it filled.
 */
export async function fill(folder, make) {
  mkdirSync(dirname(folder), { recursive: true });
  sweep(folder);
  const draft = mkdtempSync(draftsOf(folder));
  try {
    const made = await make(draft);
    completeIn(join(made, "bin"));
    if (!isFilled(folder)) replace(folder, made, join(draft, "replaced"));
    return completeIn(join(folder, "bin"));
  } finally {
    // Again and again for a while, since what was interrupted may still be writing.
    rmSync(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

function replace(folder, made, aside) {
  try {
    renameSync(folder, aside);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(made, folder);
}

function isFilled(folder) {
  try {
    return completeIn(join(folder, "bin")) !== undefined;
  } catch {
    return false;
  }
}

/** Removes the drafts of processes that were killed; another set-up may be doing the same. */
function sweep(folder) {
  const parent = dirname(folder);
  for (const name of readdirSync(parent).filter((name) => name.startsWith(basename(draftsOf(folder))))) {
    const draft = join(parent, name);
    const made = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
    if (Date.now() - made > day) rmSync(draft, { recursive: true, force: true });
  }
}

function draftsOf(folder) {
  return `${folder}.draft-`;
}
