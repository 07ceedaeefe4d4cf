import { join } from "node:path";
import { find, isExecutable } from "../search-path.mjs";

/** The engine finds these beside itself or on PATH; a TypeScript program with dynamic resources needs both. */
const companions = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** Returns the file `pulumi` in `folder`; throws with what is missing there to run a TypeScript program. */
export function completeIn(folder, alsoIn = []) {
  const pulumi = join(folder, "pulumi");
  if (!isExecutable(pulumi)) throw new Error(`${pulumi} is not there`);
  const missing = companions.filter((name) => !find(name, [folder, ...alsoIn]));
  if (missing.length > 0) throw new Error(`${pulumi} comes without ${missing.join(" and ")}`);
  return pulumi;
}
