import { Interrupted } from "../interruption.mjs";
import { Problem } from "../problem.mjs";
import { buildWithGo } from "./build.mjs";
import { cached } from "./cache.mjs";
import { download } from "./download.mjs";
import { onPath, oldest } from "./on-path.mjs";

const ways = [
  { where: "on PATH", find: onPath },
  { where: "in the cache", find: cached },
  { where: "by download", find: download },
  { where: "built with Go", find: buildWithGo },
];

/** Resolves with the path of a Pulumi CLI that can run this project, from the first of the ways that yields one. */
export async function choosePulumi(tries = ways) {
  const reasons = [];
  for (const { where, find } of tries) {
    try {
      return await find();
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      reasons.push(`  ${where}: ${error.message}`);
    }
  }
  throw new Problem(
    `There is no Pulumi CLI, and none could be had:\n${reasons.join("\n")}\n` +
      `Install the Pulumi CLI ${oldest} or newer (https://www.pulumi.com/docs/install/), or Go so that it can be built\n` +
      "here (https://go.dev/doc/install), and run this again.",
  );
}
