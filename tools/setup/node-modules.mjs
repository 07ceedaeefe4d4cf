import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Problem } from "../problem.mjs";
import { nodeOfClone, root } from "../root.mjs";
import { run } from "../run.mjs";
import { saying } from "../say.mjs";
import { isExecutable, machineFolders } from "../search-path.mjs";

/** Makes node_modules what package-lock.json asks for, the Node in it included. */
export async function installNodeModules() {
  if (isInstalled(root)) return;
  await saying("Installing node_modules", npmCi);
  if (isExecutable(nodeOfClone)) return;
  throw new Problem(
    "npm ci ended well, but node_modules/.bin/node is not there: the package `node` fetches its program in an\n" +
      "install script. Allow install scripts (`npm config delete ignore-scripts`) and run this again.",
  );
}

export function isInstalled(folder) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  return isWhatIsWanted(wanted, installed) && isExecutable(join(folder, "node_modules", ".bin", "node"));
}

/** Compares by content, since a checkout changes times without changing what is wanted. */
function isWhatIsWanted(wanted, installed) {
  const same = (where) => installed[where]?.integrity === wanted[where]?.integrity;
  const needed = Object.keys(wanted).filter((where) => where !== "" && !wanted[where].optional);
  return needed.every((where) => where in installed) && Object.keys(installed).every(same);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return {};
  }
}

async function npmCi() {
  // npm must run on the machine's Node: the one in node_modules is about to be replaced.
  const env = { ...process.env, PATH: machineFolders().join(delimiter) };
  const { code, out, err } = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    env,
  });
  if (code !== 0) throw new Problem(`npm ci failed:\n${[...out, ...err].join("\n")}`);
}
