import type { Split } from "../data/split";

/** The deployment that a script's objects follow. */
export interface Followed {
  readonly deploymentId: string;
  readonly split: Split;
}

/** What happens to the WebSockets of a script's objects. */
export type SocketsFate = "stay" | "close" | "orphan";

/**
 * What a deployment does to the WebSockets of a script's objects, as users of Cloudflare report it. A rollback or a
 * promotion, which gives all traffic to a version that did not have all of it before, closes them. Every other
 * deployment orphans them, even one that changes nothing.
 */
export function fateOfSockets(before: Followed | undefined, now: Followed | undefined): SocketsFate {
  if (before === undefined || now === undefined || before.deploymentId === now.deploymentId) return "stay";
  const only = onlyVersionOf(now.split);
  return only !== undefined && only !== onlyVersionOf(before.split) ? "close" : "orphan";
}

/** The version that has all traffic, if one has. */
function onlyVersionOf(split: Split): string | undefined {
  return split.find(({ percentage }) => percentage === 100)?.versionId;
}
