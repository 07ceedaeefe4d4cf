import assert from "node:assert/strict";
import { bySpecificity, matches, parsePattern, PatternFault } from "../../../edge/zones/pattern";

function stands(pattern: string, url: string): boolean {
  const [host = "", ...path] = url.split("/");
  return matches(parsePattern(pattern), { host, path: `/${path.join("/")}` });
}

describe("the pattern of a route", () => {
  const table: [pattern: string, yes: string[], no: string[]][] = [
    ["example.com/*", ["example.com/", "example.com/a?b=c"], ["www.example.com/", "example.org/"]],
    ["example.com", ["example.com/"], ["example.com/a"]],
    ["https://example.com/a*", ["example.com/a", "example.com/ab/c", "example.com/a?x"], ["example.com/b"]],
    ["example.com/a", ["example.com/a"], ["example.com/a/", "example.com/a?x", "example.com/A"]],
    ["*.example.com/*", ["www.example.com/", "a.b.example.com/x"], ["example.com/"]],
    ["*example.com/*", ["example.com/", "www.example.com/"], ["example.org/"]],
    ["*example.com/images/*", ["cdn.example.com/images/1.png"], ["cdn.example.com/image"]],
    ["Example.COM/*", ["example.com/"], []],
  ];
  for (const [pattern, yes, no] of table) {
    it(`${pattern} stands for what Cloudflare's rules say`, () => {
      assert.deepEqual(
        yes.filter((url) => !stands(pattern, url)),
        [],
      );
      assert.deepEqual(
        no.filter((url) => stands(pattern, url)),
        [],
      );
    });
  }

  it("that is more specific goes first", () => {
    const ordered = [
      "www.example.com/a",
      "www.example.com/a*",
      "www.example.com/*",
      "example.com/hello/*",
      "example.com/*",
      "*.example.com/a/*",
      "*.example.com/*",
      "*example.com/*",
    ];
    const shuffled = ordered.toReversed().map((text) => ({ text, pattern: parsePattern(text) }));
    const sorted = shuffled.sort((a, b) => bySpecificity(a.pattern, b.pattern));
    assert.deepEqual(
      sorted.map(({ text }) => text),
      ordered,
    );
  });

  for (const bad of ["example.com/*/a", "www.*.com/", "exa mple.com/", "/a", "example.com/?a=b"]) {
    it(`is not ${bad}`, () => {
      assert.throws(() => parsePattern(bad), PatternFault);
    });
  }
});
