import assert from "node:assert/strict";
import fc from "fast-check";
import { harmless, harmlessIn, harmlessLines } from "../provider/shown";
import { PortError } from "../provider/rollout/ports";
import { planSchema } from "../provider/plan/schema";
import { faultsOf } from "../provider/plan/faults";
import { anyText, assertHarmless } from "./fakes/texts";

describe("a text from outside", () => {
  it("is taken for words by every terminal, CI system and page, whatever it holds", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = harmless(text);
        assertHarmless(shown);
        assert.ok(!shown.includes("\n"));
        assert.equal(harmless(shown), shown);
      }),
    );
  });

  for (const [what, text, expected] of [
    ["stays as it is", "Stage 2 – 25 %: 日本語, é, 👩‍💻", "Stage 2 – 25 %: 日本語, é, 👩‍💻"],
    ["is one line", "one\r\n\ttwo\u2028three", "one two three"],
    [
      "moves no cursor and sets no title",
      "\u001b[2J\u009b1A\u001b]0;t\u0007",
      "\uFFFD[2J\uFFFD1A\uFFFD]0;t\uFFFD",
    ],
    ["turns no direction", "a\u202eb\u2066c\u200fd", "a\uFFFDb\uFFFDc\uFFFDd"],
    ["hides nothing", "a\u00adb\u{e0041}c\ufeff", "a\uFFFDb\uFFFDc\uFFFD"],
    ["is no command to GitHub's runner", "  ::error::no", "  : :error::no"],
    ["may have colons elsewhere", "std::io at ::1", "std::io at ::1"],
    [
      "is no command to Azure's or an old runner",
      "a ##vso[task.x] ##[error]no",
      "a # #vso[task.x] # #[error]no",
    ],
    ["may be a heading", "## What is new", "## What is new"],
  ] as const) {
    it(what, () => {
      assert.equal(harmless(text), expected);
    });
  }

  it("is harmless in every line of ours around it", () => {
    assert.equal(harmlessLines("one\n::error::\u001b\ntwo"), "one\n: :error::\uFFFD\ntwo");
  });

  it("is harmless wherever in an answer it stands, and nothing else is changed", () => {
    const answer = { a: ["\u001b", 1, null, true, { "k\u0007": "::x" }] };
    assert.deepEqual(harmlessIn(answer), { a: ["\uFFFD", 1, null, true, { "k\uFFFD": ": :x" }] });
  });

  it("overflows nothing, however deep it lies", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as unknown;
    assert.ok(Array.isArray(harmlessIn(deep)));
  });
});

describe("what is told of", () => {
  it("a failure of the API is harmless", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assertHarmless(new PortError("refused", text).message);
      }),
    );
  });

  it("a plan is harmless: its names, and what is wrong with it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = `n${text}`.slice(0, 60);
        const plan = {
          slos: [{ name, sli: "exceptions", max: 0.1 }],
          stages: [{ percent: 100, soakTime: "5m" }],
        };
        assertHarmless(planSchema.parse(plan).slos[0]?.name ?? "");
        const wrong = { ...plan, whenUnsure: text, [`x${text}`]: 1 };
        const parsed = planSchema.safeParse(wrong);
        assert.ok(!parsed.success);
        for (const { path, reason } of faultsOf(parsed.error, wrong, "plan"))
          assertHarmless(`${path}: ${reason}`);
      }),
    );
  });
});
