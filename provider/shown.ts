/** Ends a line, or moves along it: a space does as well. */
const space = /[\t-\r\u0085\u2028\u2029]+/g;
/**
 * What is not seen and does something: controls, of which escape sequences are made, marks that turn the direction of
 * writing, and halves of characters. The joiners of scripts and emoji do no harm.
 */
const unseen = /[\p{Cc}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;
/** A command to GitHub's runner begins a line; one to others, `##[error]` or `##vso[…]`, may stand anywhere in it. */
const lineCommand = /^(\s*):(?=:)/;
const anyCommand = /#(?=#[\w.]*\[)/g;

/**
 * A text from outside as it may be shown: one line that no terminal, CI system or page takes for anything but words.
 * What is left out shows as `\uFFFD`. The same text comes out of it again unchanged.
 */
export function harmless(text: string): string {
  return text
    .replace(space, " ")
    .replace(unseen, "\uFFFD")
    .replace(lineCommand, "$1: ")
    .replace(anyCommand, "# ");
}

/** The same for a text of several lines that we have written around such texts. */
export function harmlessLines(text: string): string {
  return text.split("\n").map(harmless).join("\n");
}

/** Deeper than any answer is: what lies below is left out. */
const mostLevels = 100;

/** A value as JSON has it, of which every text is harmless. */
export function harmlessIn(value: unknown, levels = mostLevels): unknown {
  if (typeof value === "string") return harmless(value);
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return undefined;
  if (Array.isArray(value)) return value.map((each) => harmlessIn(each, levels - 1));
  const entries = Object.entries(value).map(([key, each]) => [harmless(key), harmlessIn(each, levels - 1)]);
  return Object.fromEntries(entries);
}
