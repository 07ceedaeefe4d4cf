/** What of a page is read: its beginning says what it is. */
const mostRead = 4000;

/** The words of a page: without its tags, scripts and styles. It takes time in proportion to the page, whatever is in it. */
export function wordsOf(page: string): string {
  const read = page.slice(0, mostRead);
  const lower = read.toLowerCase();
  let words = "";
  let at = 0;
  for (;;) {
    const open = read.indexOf("<", at);
    const close = open < 0 ? -1 : read.indexOf(">", open);
    // What is cut off within a tag is none.
    if (close < 0) return words + read.slice(at);
    words += `${read.slice(at, open)} `;
    at = endOf(lower, open, close);
  }
}

/** Where a page goes on after a tag: after the end of what is not shown. */
function endOf(page: string, open: number, close: number): number {
  const hidden = ["script", "style"].find((name) => page.startsWith(name, open + 1));
  if (hidden === undefined) return close + 1;
  const end = page.indexOf(`</${hidden}`, close);
  const closed = end < 0 ? -1 : page.indexOf(">", end);
  return closed < 0 ? page.length : closed + 1;
}
