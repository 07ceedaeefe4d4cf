/** Lets work on one thing wait for the work on it that came before. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Does `work` when all that was given before under the same name is over, however it ended. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(name) ?? Promise.resolve()).then(work, work);
    this.last.set(name, turn);
    const leave = (): void => {
      if (this.last.get(name) === turn) this.last.delete(name);
    };
    turn.then(leave, leave);
    return turn;
  }
}
