import assert from "node:assert/strict";
import fc from "fast-check";
import { overrideFor } from "../../edge/data/overrides";
import { cutMessage } from "../../edge/deployments/message";
import { checkShares } from "../../edge/deployments/rules";

describe("the override header", () => {
  const cases: [header: string | undefined, version: string | undefined][] = [
    ['api="one"', "one"],
    ['other="two", api="one"', "one"],
    ['other="a, api=\\"b\\"", api="one"', "one"],
    ['api="one";q=1', "one"],
    ['api="one";why="a, b", other="two"', "one"],
    ['api="one",\tother-2.b_c*="two"', "one"],
    ['a="1", api="o\\\\ne"', "o\\ne"],
    ['api=("one" "two")', undefined],
    ["api=:b25l:", undefined],
    ["api=1", undefined],
    ["api=?1", undefined],
    ['api="one",', undefined],
    ['api="one" other="two"', undefined],
    ['api="one", Other="two"', undefined],
    ['api = "one"', undefined],
    ['api="one", api="two"', "two"],
    ["api=one", undefined],
    ["api", undefined],
    ['other="two"', undefined],
    ['api="unclosed', undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [header, version] of cases) {
    it(`${header ?? "(none)"} asks for ${version ?? "nothing"}`, () => {
      assert.equal(overrideFor("api", header), version);
    });
  }

  it("is read whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (header) => {
        overrideFor("api", header);
      }),
    );
  });
});

describe("a deployment's message", () => {
  it("is cut at 1000 bytes and never inside a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1200 }), (message) => {
        const cut = cutMessage(message);
        assert.ok(message.startsWith(cut));
        assert.ok(Buffer.byteLength(cut) <= 1000);
        const next = message.codePointAt(cut.length);
        assert.ok(next === undefined || Buffer.byteLength(cut + String.fromCodePoint(next)) > 1000);
      }),
    );
  });
});

describe("a deployment's message that begins with a byte order mark", () => {
  it("keeps it", () => {
    const message = "\ufeff".repeat(400);
    assert.equal(cutMessage(message), "\ufeff".repeat(333));
  });
});

describe("the rules of a deployment", () => {
  const check = (...shares: [string, number][]): void => {
    checkShares(shares.map(([versionId, percentage]) => ({ versionId, percentage })));
  };

  it("allow one or two versions that share 100 %", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (share) => {
        check(["a", share], ["b", 100 - share]);
      }),
    );
    check(["a", 100]);
    check(["a", 33.3335], ["b", 66.667]);
    check(["a", 33.333], ["b", 66.666]);
    check(["a", 33.334], ["b", 66.667]);
  });

  const refused: [why: RegExp, shares: [string, number][]][] = [
    [/1 or 2 versions; this one has 0/, []],
    [
      /1 or 2 versions; this one has 3/,
      [
        ["a", 30],
        ["b", 30],
        ["c", 40],
      ],
    ],
    [/add up to 99.9/, [["a", 99.9]]],
    [
      /-1 %; a percentage is from 0 to 100/,
      [
        ["a", 101],
        ["b", -1],
      ].reverse() as [string, number][],
    ],
    [
      /named twice/,
      [
        ["a", 50],
        ["a", 50],
      ],
    ],
    [/percentage is from 0 to 100/, [["a", Number.NaN]]],
  ];
  for (const [why, shares] of refused) {
    it(`refuse ${JSON.stringify(shares)}`, () => {
      assert.throws(() => {
        check(...shares);
      }, why);
    });
  }
});
