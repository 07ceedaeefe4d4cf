/** Does things one after the other, for each key by itself. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  /** Does `task` once those taken before it for the same key are done. `task` must not throw. */
  async take(key: string, task: () => Promise<void>): Promise<void> {
    const turn = (this.last.get(key) ?? Promise.resolve()).then(task);
    this.last.set(key, turn);
    await turn;
    if (this.last.get(key) === turn) this.last.delete(key);
  }
}
