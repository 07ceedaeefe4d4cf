import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../alive";

const PREFIX = "workers-release-edge-";

/**
 * An edge's own part of the system's temp folder. Miniflare writes there for each version, and removes that without
 * waiting for it: what it has not removed when the edge ends goes with this folder.
 */
export class Scratch {
  private readonly folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
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

/** Removes what edges left that were killed. */
export async function sweepScratch(): Promise<void> {
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX) && !isAlive(pidIn(name)));
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}

function pidIn(name: string): number {
  return Number(name.slice(PREFIX.length).split("-")[0]);
}
