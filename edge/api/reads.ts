import { randomFrom } from "../random";
import { DEFAULT_SEED, isNotReady, lagOf, type Realism } from "../realism";
import type { Version } from "../scripts/types";
import { versionNotReady } from "./error";

/** Something with the time it was made. */
interface Made {
  readonly createdOn: string;
}

/** Decides which deployments and versions a request finds: with realism, not always the newest. */
export class Reads {
  private readonly drawLag: () => number;
  private readonly drawNotReady: (ageMs: number) => boolean;

  /** @param now In epoch milliseconds. */
  constructor(
    { seed = DEFAULT_SEED, readLag, freshVersion }: Realism = {},
    private readonly now: () => number = Date.now,
  ) {
    const lag = randomFrom(`${seed}, read lag`);
    const fresh = randomFrom(`${seed}, fresh version`);
    this.drawLag = () => (readLag ? lagOf(readLag, lag) : 0);
    this.drawNotReady = (ageMs) => freshVersion !== undefined && isNotReady(freshVersion, ageMs, fresh);
  }

  /** Those that a read shows. */
  shown<T extends Made>(all: readonly T[]): readonly T[] {
    const lag = this.drawLag();
    return lag === 0 ? all : all.filter((one) => this.ageOf(one) >= lag);
  }

  /** Throws when a read of a version does not find it yet. */
  checkShown(version: Version): void {
    if (this.shown([version]).length === 0) throw versionNotReady(version.id);
    this.checkReady(version);
  }

  /** Throws when a version cannot be deployed yet. */
  checkReady(version: Version): void {
    if (this.drawNotReady(this.ageOf(version))) throw versionNotReady(version.id);
  }

  private ageOf({ createdOn }: Made): number {
    return this.now() - Date.parse(createdOn);
  }
}
