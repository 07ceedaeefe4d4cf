import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  writeSync,
  type Stats,
} from "node:fs";

/** What nobody but the owner may have of a file or folder. */
const OTHERS = 0o077;

/**
 * Makes a file for the owner only, or narrows one that is there to that. A link is refused: whoever has put it there
 * would choose which file is written.
 */
export function makePrivateFile(file: string): void {
  closeSync(openPrivately(file));
}

/** As {@link makePrivateFile}, for a file that need not be there. */
export function narrowPrivateFile(file: string): void {
  if (statOf(file) !== undefined) makePrivateFile(file);
}

/** As {@link makePrivateFile}, with `text` in it and nothing else. */
export function writePrivateFile(file: string, text: string): void {
  const descriptor = openPrivately(file);
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** As {@link makePrivateFile}, for a folder. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mode = statOf(folder)?.mode ?? 0;
  if ((mode & OTHERS) !== 0) chmodSync(folder, 0o700);
}

function openPrivately(file: string): number {
  statOf(file);
  // Where somebody is faster than that, the system refuses the link.
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  if ((fstatSync(descriptor).mode & OTHERS) !== 0) fchmodSync(descriptor, 0o600);
  return descriptor;
}

/** Undefined for what is not there. Throws for a link. */
function statOf(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() !== true) return stats;
  throw new Error(
    `${path} is a symbolic link, and the local edge keeps its state in files and folders of its own. Remove the link, ` +
      "or choose as the state folder the one that it leads to.",
  );
}
