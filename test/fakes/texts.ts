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
