/** What Cloudflare takes for a script that names none. */
export const DEFAULT_COMPATIBILITY_DATE = "2021-11-02";

/** The date a version can be run with: workerd refuses one that is newer than itself. */
export function runnableDate(wanted: string, newest: string): string {
  return wanted > newest ? newest : wanted;
}

/** What to tell someone whose version runs with an older date than it asks for. */
export function dateWarning(wanted: string, newest: string): string | undefined {
  if (wanted <= newest) return undefined;
  return (
    `compatibility_date ${wanted} is newer than the workerd of this local edge, which knows ${newest} at most: ` +
    `the version runs with ${newest} here. Install a newer miniflare@4 to run it with its own date.`
  );
}

/** Whether `text` is a calendar date, year first. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
