interface Known<T> {
  readonly found: Promise<T>;
  until: number;
}

/** What one has found out, for all who ask the same within some time. Who asks meanwhile waits for the same answer. */
export class Remembered<T> {
  private readonly known = new Map<string, Known<T>>();

  /**
   * @param now milliseconds since the epoch
   * @param keepMs how long an answer is good for, in milliseconds. A failure is good for nobody else
   */
  async get(
    question: string,
    now: () => number,
    find: () => Promise<T>,
    keepMs: (found: T) => number,
  ): Promise<T> {
    const known = this.known.get(question);
    if (known !== undefined && now() < known.until) return known.found;
    const one: Known<T> = { found: find(), until: Infinity };
    this.known.set(question, one);
    try {
      const found = await one.found;
      one.until = now() + keepMs(found);
      return found;
    } catch (error) {
      this.known.delete(question);
      throw error;
    }
  }
}
