import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "../run.mjs";
import { find, machineFolders } from "../search-path.mjs";
import { completeIn } from "./cli.mjs";

/** The oldest CLI this project has been run with. */
export const oldest = "3.246.0";

/** The `pulumi` that the machine's owner installed, if it will do. */
export async function onPath(folders = machineFolders()) {
  const pulumi = find("pulumi", folders);
  if (!pulumi) throw new Error("no `pulumi`");
  const version = await versionOf(pulumi);
  if (!isRecentEnough(version)) throw new Error(`${pulumi} is ${version}, and ${oldest} or newer is needed`);
  completeIn(dirname(pulumi), [dirname(realpathSync(pulumi)), ...folders]);
  return pulumi;
}

/** Compares `v3.246.0`, with whatever follows the three numbers, to the oldest version. */
export function isRecentEnough(version) {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (!numbers) return false;
  const [major, minor, patch] = oldest.split(".").map(Number);
  const [thisMajor, thisMinor, thisPatch] = numbers;
  return thisMajor === major && (thisMinor > minor || (thisMinor === minor && thisPatch >= patch));
}

async function versionOf(pulumi) {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, out, err } = await run(pulumi, ["version"], { env, timeout: 20_000 });
  if (code !== 0) throw new Error(`${pulumi} does not run: ${err.at(-1) ?? `exit code ${code}`}`);
  return out.at(-1) ?? "";
}
