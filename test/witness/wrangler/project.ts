import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with a Worker as wrangler wants it, and a home where wrangler finds and leaves nothing. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "wrangler-"));
  readonly home = join(this.folder, "home");

  constructor() {
    mkdirSync(this.home);
  }

  /** Writes what the next upload is made of. */
  write(config: object, source: string): void {
    writeFileSync(join(this.folder, "wrangler.json"), JSON.stringify(config));
    writeFileSync(join(this.folder, "worker.mjs"), source);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
