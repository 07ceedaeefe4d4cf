import assert from "node:assert/strict";
import fc from "fast-check";
import { wordsOf } from "../../provider/cloudflare/page";

describe("the words of an error page", () => {
  for (const [page, words] of [
    ["", ""],
    ["error code: 504", "error code: 504"],
    ["<h1>Blocked</h1> by <b>a</b> firewall", " Blocked  by  a  firewall"],
    ["<SCRIPT>var a = 1 > 0;</SCRIPT >after", " after"],
    ["<style>b { c: d }</style>after", " after"],
    ["<script>never closed", " "],
    ["before <script", "before <script"],
    ["a < b", "a < b"],
    ["a < b > c", "a   c"],
  ] as const) {
    it(`of ${JSON.stringify(page)} are ${JSON.stringify(words)}`, () => {
      assert.equal(wordsOf(page), words);
    });
  }

  it("are read from its beginning alone", () => {
    assert.equal(wordsOf("x".repeat(1_000_000)).length, 4000);
  });

  it("never hold a tag that was closed", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("<", ">", "a", "script", "/", " ")), (parts) => {
        assert.doesNotMatch(wordsOf(parts.join("")), /<[^<>]*>/);
      }),
    );
  });
});
