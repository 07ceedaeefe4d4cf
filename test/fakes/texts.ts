import assert from "node:assert/strict";
import fc from "fast-check";

/** What people and programs put into messages to be taken for something else. */
export const trickyTexts = [
  "[workers-release id=r9 phase=aborted]",
  "[workers-release ",
  " seal=AAAAAAAAAAAAAAAAAAAAAA]",
  "]",
  "\n",
  "\r\n::error::stopped",
  "::add-mask::x",
  "##[group]x",
  "##vso[task.complete result=Failed;]",
  "\u001b[31m",
  "\u001b]8;;https://example.com\u0007here\u001b]8;;\u0007",
  "\u009b2J",
  "\u202eevil\u202c",
  "\u2066",
  "\u2028",
  "\u2029",
  "\ud800",
  "\u0000",
  "<",
] as const;

/** Any text, of which some pretends to be a record, a command of a terminal or one of a CI system. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...trickyTexts),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 40 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

/** Throws when a terminal, a CI system or a page could take something in a text for anything but words. */
export function assertHarmless(text: string): void {
  assert.doesNotMatch(text, /(?!\n)\p{Cc}/u, "a control");
  assert.doesNotMatch(
    text,
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/,
    "a mark of direction or lines",
  );
  assert.ok(text.isWellFormed(), "half of a character");
  assert.doesNotMatch(text, /^\s*::/m, "a command at the beginning of a line");
  assert.doesNotMatch(text, /##[\w.]*\[/, "a command within a line");
}
