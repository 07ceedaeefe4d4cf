/** What is known of something that is read from outside. */
export interface Known<T> {
  /** Undefined as long as no reading has come to an end. */
  readonly value: T | undefined;
  /** Why it could not be read the last time; undefined when it could. */
  readonly trouble: string | undefined;
}

/** Something that is read from outside, once for all who ask at the same time or soon after. */
export class Kept<T> {
  private knownNow: Known<T> = { value: undefined, trouble: undefined };
  private readAt = -Infinity;
  /** Counts how often what was known became old by what was done here. */
  private changes = 0;
  private reading: Promise<Known<T>> | undefined;

  /** @param read reads it, in view of what was read before; a failure is kept beside that */
  constructor(
    private readonly read: (before: T | undefined) => Promise<T>,
    private readonly clock: { readonly now: () => number },
  ) {}

  /** What is known, however old it is. */
  get last(): Known<T> {
    return this.knownNow;
  }

  /** True while it is being read. */
  get isReading(): boolean {
    return this.reading !== undefined;
  }

  /** What is known now. It is read anew meanwhile if it is older than `maxAgeMs`. */
  peek(maxAgeMs: number): Known<T> {
    void this.fresh(maxAgeMs);
    return this.knownNow;
  }

  /** What is known, read anew if it is older than `maxAgeMs`. */
  fresh(maxAgeMs: number): Promise<Known<T>> {
    if (this.reading !== undefined) return this.reading;
    if (this.clock.now() - this.readAt < maxAgeMs) return Promise.resolve(this.knownNow);
    this.reading = this.readNow().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** What was known is old, for instance since it was changed from here. */
  forget(): void {
    this.changes += 1;
    this.readAt = -Infinity;
  }

  private async readNow(): Promise<Known<T>> {
    const [begunAt, changes] = [this.clock.now(), this.changes];
    try {
      this.knownNow = { value: await this.read(this.knownNow.value), trouble: undefined };
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      this.knownNow = { ...this.knownNow, trouble };
    }
    // What was changed meanwhile may be read or not.
    if (this.changes === changes) this.readAt = begunAt;
    return this.knownNow;
  }
}
