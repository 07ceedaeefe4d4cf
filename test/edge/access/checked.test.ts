import assert from "node:assert/strict";
import * as z from "zod";
import { checked } from "../../../edge/api/checked";

describe("what is wrong with a body", () => {
  const schema = z.looseObject({
    strategy: z.literal("percentage"),
    versions: z.array(z.object({ id: z.string(), percentage: z.number().max(100) })),
    bindings: z
      .array(z.looseObject({ type: z.enum(["plain_text", "secret_text"]), name: z.string() }))
      .optional(),
    text: z.string().optional(),
    tags: z.array(z.number()).optional(),
  });
  const good = { strategy: "percentage", versions: [] };

  const cases: [what: string, value: unknown, said: string][] = [
    [
      "a word that is none of those",
      { ...good, strategy: "canary" },
      'strategy: is "canary", and must be "percentage"',
    ],
    ["nothing", { strategy: "percentage" }, "versions: is missing, and must be of type array"],
    [
      "another type",
      { ...good, versions: [{ id: "a", percentage: "50" }] },
      'versions.0.percentage: is "50", and must be of type number',
    ],
    [
      "too much",
      { ...good, versions: [{ id: "a", percentage: 101 }] },
      "versions.0.percentage: is too large, 101; the most is 100",
    ],
    ["another kind of body", [1, 2], "The body: is a list of 2, and must be of type object"],
    [
      "several faults",
      { strategy: null, versions: {} },
      'strategy: is null, and must be "percentage"; versions: is an object, and must be of type array',
    ],
    [
      "more than anybody reads",
      { ...good, tags: Array.from("abcdefg") },
      `${[0, 1, 2, 3, 4].map((i) => `tags.${i}: is "${"abcde"[i] ?? ""}", and must be of type number`).join("; ")}; and 2 more`,
    ],
    ["what may be a secret", { ...good, text: 12345 }, "text: is a number, and must be of type string"],
    ["a body that may be a secret", "hush", "The body: is a string, and must be of type object"],
    [
      "what is in a binding",
      { ...good, bindings: [{ type: "hush", name: "A" }] },
      'bindings.0.type: is a string, and must be one of "plain_text", "secret_text"',
    ],
  ];
  for (const [what, value, said] of cases) {
    it(`is said of ${what}`, () => {
      assert.throws(() => checked(schema, value, (faults) => new Error(faults)), { message: said });
    });
  }
});
