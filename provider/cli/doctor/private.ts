/** What can only be a name or an id of somebody's. */
const patterns: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/\bhttps?:\/\/[^\s"'`]+/gi, "<url>"],
  [/[\w.+-]{1,64}@[\w-]+(\.[\w-]+)*/g, "<e-mail>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b[0-9a-f]{16,64}\b/gi, "<id>"],
  // The names of Workers, and what others have said.
  [/"[^"]*"/g, '"…"'],
];

/** A text without the values given, and without whatever looks like a name, an id or an address. */
export function withoutPrivate(text: string, values: readonly string[]): string {
  const known = values.filter((value) => value !== "").toSorted((a, b) => b.length - a.length);
  const stripped = patterns.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
  return known.reduce((rest, value) => rest.replace(wordOf(value), "<private>"), stripped);
}

/** Not a part of a longer word: a Worker may be called "api". */
function wordOf(value: string): RegExp {
  return new RegExp(`(?<![\\w$.])${value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}(?!\\w)`, "g");
}
