import assert from "node:assert/strict";
import { withoutPrivate } from "../../../provider/cli/doctor/private";

describe("what the doctor's document leaves out", () => {
  const cases: readonly [what: string, text: string, values: string[], safe: string][] = [
    ["a value that is known", "shop has none", ["shop"], "<private> has none"],
    [
      "but not a part of a word",
      "workshop, $workers.x and api",
      ["shop", "workers", "api"],
      "workshop, $workers.x and <private>",
    ],
    ["the longer of two", "shop-two", ["shop", "shop-two"], "<private>"],
    ["a value with signs of its own", "a.b+c here", ["a.b+c"], "<private> here"],
    ["nothing for an empty value", "all is well", [""], "all is well"],
    ["what is quoted", 'Worker "shop": "No such."', [], 'Worker "…": "…"'],
    ["ids of versions", "at 2bbbf05d-0000-4000-8000-7121f176550e.", [], "at <id>."],
    ["ids of accounts and rays", "13d7cbf2a1cee2a8bbbb7b5ce12b07c1, a42919d6cd448b3c", [], "<id>, <id>"],
    ["addresses", "see https://shop.example.workers.dev/cart?a=b now", [], "see <url> now"],
    ["people", "by jo.doe@example.com and local@localhost", [], "by <e-mail> and <e-mail>"],
    [
      "not numbers and fields",
      "40 of 1790665122368 have $metadata.rayId",
      [],
      "40 of 1790665122368 have $metadata.rayId",
    ],
  ];
  for (const [what, text, values, safe] of cases) {
    it(`is ${what}`, () => {
      assert.equal(withoutPrivate(text, values), safe);
    });
  }
});
