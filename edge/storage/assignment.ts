import { chooseVersion, type Split } from "../data/split";

/** How many of an id's last hex digits decide. They depend on all of it, and are evenly spread. */
const DIGITS = 12;

/** Where an object stands between 0 and 1: the older version has those below its share. */
export function positionOf(objectId: string): number {
  return parseInt(objectId.slice(-DIGITS), 16) / 16 ** DIGITS;
}

/** `positionOf` as source text, for a worker. */
export const POSITION_OF = `(objectId) => parseInt(objectId.slice(-${DIGITS}), 16) / ${16 ** DIGITS}`;

/** The version that a deployment assigns an object to. While the newer one's share grows, no object goes back. */
export function versionOfObject(split: Split, objectId: string): string | undefined {
  return chooseVersion(split, { random: () => positionOf(objectId) });
}
