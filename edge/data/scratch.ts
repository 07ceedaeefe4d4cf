import { mkdtempSync, rmSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../alive";

const PREFIX = "workers-release-edge-";

/** What `mkdtemp` adds. */
const RANDOM = 6;

/** The path of a Unix socket has 103 bytes at most on macOS, and 107 on Linux. The rest is for the socket's name. */
const MOST_BYTES = 103 - "/0123456789abw:0".length;

/**
 * An edge's own part of the system's temp folder. Miniflare writes there for each version, and removes that without
 * waiting for it: what it has not removed when the edge ends goes with this folder.
 */
export class Scratch {
  private readonly folder = folderIn(tmpdir());
  private readonly removeAtExit = (): void => {
    rmSync(this.folder, { recursive: true, force: true });
  };

  constructor() {
    process.on("exit", this.removeAtExit);
  }

  /** A place of that name in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs `work`, for which this is the system's temp folder. */
  lend<T>(work: () => T): T {
    const systems = process.env["TMPDIR"];
    process.env["TMPDIR"] = this.folder;
    try {
      return work();
    } finally {
      if (systems === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = systems;
    }
  }

  async remove(): Promise<void> {
    process.off("exit", this.removeAtExit);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function folderIn(place: string): string {
  const path = join(place, `${PREFIX}${process.pid}-`);
  const length = Buffer.byteLength(path) + RANDOM;
  if (length <= MOST_BYTES) return mkdtempSync(path);
  const most = MOST_BYTES - length + Buffer.byteLength(place);
  throw new Error(
    `The system's temp folder is ${place}, whose path is too long for sockets in it: it may have ${most} bytes. ` +
      "Set TMPDIR to a folder with a shorter path.",
  );
}

/** Removes what edges of this user left that were killed. What cannot be removed is in nobody's way. */
export async function sweepScratch(folder = tmpdir(), user = process.getuid?.()): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith(PREFIX) && !isAlive(pidIn(name)));
  await Promise.allSettled(left.map((name) => removeOwn(join(folder, name), user)));
}

async function removeOwn(path: string, user: number | undefined): Promise<void> {
  const { uid } = await lstat(path);
  if (user === undefined || uid === user) await rm(path, { recursive: true, force: true });
}

function pidIn(name: string): number {
  return Number(name.slice(PREFIX.length).split("-")[0]);
}
