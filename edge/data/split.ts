import { createHash } from "node:crypto";
import type { Share } from "../deployments/types";

/** An active deployment's shares, older version first. */
export type Split = readonly Share[];

/** What a request brings along to the choice of its version. */
export interface Draw {
  /** `Cloudflare-Workers-Version-Key`: requests with the same key go to the same version. */
  readonly key?: string | undefined;
  /** The version an override asks for. It counts only if the split has it, at 0 % too. */
  readonly override?: string | undefined;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
}

/**
 * The version a request goes to.
 *
 * The older version has the low end of the scale. As its share shrinks, a key's fixed point can pass from the older
 * to the newer version but never back, so a client with a key does not flip between versions during a rollout.
 */
export function chooseVersion(split: Split, draw: Draw): string | undefined {
  if (draw.override !== undefined && split.some((share) => share.versionId === draw.override)) {
    return draw.override;
  }
  const point = (draw.key === undefined ? draw.random() : position(draw.key)) * total(split);
  return shareAt(split, point)?.versionId;
}

function total(split: Split): number {
  return split.reduce((sum, share) => sum + share.percentage, 0);
}

function shareAt(split: Split, point: number): Share | undefined {
  let end = 0;
  return (
    split.find((share) => point < (end += share.percentage)) ??
    // Adding up fractions may end a hair below the total.
    split.findLast((share) => share.percentage > 0)
  );
}

/** Where a key stands between 0 and 1, evenly spread over keys and always the same for one. */
export function position(key: string): number {
  return createHash("sha256").update(key).digest().readUIntBE(0, 6) / 2 ** 48;
}
