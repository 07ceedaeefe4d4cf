/** How much is told of one piece of source. */
const longest = 160;

/** How much is told, of a long piece, around what is changed. */
const around = 40;

/** What a change looks like: both texts on one line each, where they are long only around what differs. */
export function telling(before: string, after: string): { original: string; replacement: string } {
  const [original, replacement] = [onOneLine(before), onOneLine(after) || "(nothing)"];
  if (Math.max(original.length, replacement.length) <= longest) return { original, replacement };
  const start = sameAtStart(original, replacement);
  const end = Math.min(
    sameAtEnd(original, replacement),
    Math.min(original.length, replacement.length) - start,
  );
  const cut = (text: string): string => excerpt(text, start - around, text.length - end + around);
  return { original: cut(original), replacement: cut(replacement) };
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function excerpt(text: string, from: number, to: number): string {
  const start = Math.max(0, from);
  const end = Math.min(text.length, to, start + longest);
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

function sameAtStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function sameAtEnd(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
}
