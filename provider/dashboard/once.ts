/** So many are remembered: a form is sent twice within moments, not within days. */
const most = 500;

/** Does what a form orders once, however often that form is sent. */
export class Once<T> {
  private readonly results = new Map<string, Promise<T>>();

  /** The result of `work`, or of the one that was begun before for the same form. */
  do(form: string, work: () => Promise<T>): Promise<T> {
    const known = this.results.get(form);
    if (known !== undefined) return known;
    const result = work();
    this.results.set(form, result);
    const [oldest] = this.results.keys();
    if (this.results.size > most && oldest !== undefined) this.results.delete(oldest);
    return result;
  }

  /** What came of a form; undefined for one that is not known. */
  async resultOf(form: string): Promise<T | undefined> {
    return this.results.get(form);
  }
}
