import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { watched } from "./mutation/coverage";
import { mutantsOf, mutated } from "./mutation/mutants";
import { rawScore, report, score, tally } from "./mutation/report";
import { tryMutants, type Findings, type Tried } from "./mutation/run";
import { sampled } from "./mutation/sample";

/** The mutants of some source, as `original -> replacement`. */
function changes(source: string): string[] {
  return mutantsOf("a.ts", source).map(({ original, replacement }) => `${original} -> ${replacement}`);
}

describe("the mutants of a source", () => {
  it("are other operators, both operands, and other constants", () => {
    assert.deepEqual(changes("f(a < b && c, 0, 3);"), [
      "f(a < b && c, 0, 3); -> ;",
      "a < b -> a <= b",
      "a < b -> a >= b",
      "a < b && c -> a < b",
      "a < b && c -> c",
      "f(a < b && c, 0, 3) -> f(a < b && c, 1, 3)",
      "f(a < b && c, 0, 3) -> f(a < b && c, 0, 0)",
      "f(a < b && c, 0, 3) -> f(a < b && c, 0, 6)",
    ]);
  });

  it("are conditions that are always true or false, and guards that change places", () => {
    assert.deepEqual(changes("function f() { if (a) return b; if (c) return d; g(); }"), [
      "if (a) -> if (true)",
      "if (a) -> if (false)",
      "if (a) before if (c) -> if (c) before if (a)",
      "b -> undefined",
      "if (c) -> if (true)",
      "if (c) -> if (false)",
      "d -> undefined",
      "g(); -> ;",
    ]);
  });

  it("are no guards that change places where only one of them can hold", () => {
    const places = changes(
      'function f() { if (a === "b") return; if (a === "c") return; if (d === "c") return; }',
    );
    assert.deepEqual(
      places.filter((text) => text.includes("before")).map((text) => text.split(" -> ")[0]),
      ['if (a === "b") before if (d === "c")', 'if (a === "c") before if (d === "c")'],
    );
  });

  it("are steps that are left out", () => {
    assert.deepEqual(changes("const x = { a: Math.max(b, c), ...list.filter(d) };"), [
      "a: Math.max(b, c) -> ...{}",
      "Math.max -> Math.min",
      "Math.max(b, c) -> b",
      "Math.max(b, c) -> c",
      "...list.filter(d) -> ...{}",
      ".filter(d) -> (nothing)",
    ]);
  });

  it("are none in types and imports", () => {
    assert.deepEqual(changes('import a from "a"; type B = "b" | 1; interface C { d: "e" }'), []);
  });

  it("are told by what differs where they are long", () => {
    const many = Array.from({ length: 30 }, (_, i) => `item${i}`).join(", ");
    const told = changes(`const x = f(${many}, a < b, ${many});`);
    assert.ok(told.every((text) => text.length < 350));
    const [change = ""] = changes(`g([${many}] + [${many}]);`).filter((text) => text.includes("] - ["));
    assert.match(change, /^….*item29\] \+ \[item0.*… -> ….*item29\] - \[item0.*…$/);
  });

  it("know their place", () => {
    const source = "\nconst limit = 2;\n";
    const [mutant] = mutantsOf("a.ts", source);
    assert.ok(mutant);
    assert.equal(mutant.line, 2);
    assert.equal(mutant.within, "limit");
    assert.equal(mutated(source, mutant), "\nconst limit = 0;\n");
  });
});

describe("a watched source", () => {
  it("tells what runs of it, and does what it did", () => {
    const { source, pieces } = watched(
      "a",
      "function f(a) { if (a) return 1; else a ||= 2; return (() => a ? 3 : { b: 4 })(); }",
    );
    const ran = new Set<string>();
    const tell = (file: string, piece: number): unknown => ran.add(`${file} ${piece}`);
    const f = runInNewContext(`${source}; f`, { __ran: tell }) as (a: boolean) => unknown;
    assert.equal(f(true), 1);
    assert.equal(ran.size, 3);
    assert.equal(f(false), 3);
    assert.equal(ran.size, pieces.length - 1);
  });
});

describe("a trial of mutants", function () {
  this.timeout(300_000);

  const file = "test/proofs/mutation/fixture/countdown.ts";
  let findings: Findings;

  before(async () => {
    const tests = ["test/proofs/mutation/fixture/countdown.tests.ts"];
    findings = await tryMutants({ files: [file], tests, sample: undefined, seed: "1", jobs: 1 });
  });

  function fateOf(original: string, text: string): Tried["fate"] | undefined {
    return findings.tried.find(({ mutant }) => mutant.original === original && mutant.text === text)?.fate;
  }

  it("names the test that kills one", () => {
    assert.deepEqual(fateOf("one < other", "true"), { kind: "killed", by: "the smaller one is the second" });
  });

  it("stops a test that does not end", () => {
    assert.deepEqual(fateOf("left -= 1;", ";"), { kind: "timedOut", by: "a countdown ends at 0" });
  });

  it("stops a test that waits for what never comes", () => {
    assert.deepEqual(fateOf('tell("done");', ";"), { kind: "timedOut", by: "a countdown is told of" });
  });

  it("reports a survivor", () => {
    assert.deepEqual(fateOf("one < other", "one <= other"), { kind: "survived", ran: true });
    const line = `  ${file}:4 (smaller) one < other -> one <= other`;
    assert.ok(report(findings, []).includes(line), report(findings, []).join("\n"));
  });

  it("reports what no test runs", () => {
    assert.deepEqual(fateOf("return true;", "false"), { kind: "survived", ran: false });
  });

  it("leaves out what does not compile", () => {
    assert.deepEqual(fateOf("left", "undefined"), { kind: "uncompilable" });
  });

  it("scores what tests could notice, with and without the survivors that are explained", () => {
    const reason = "Of two that are equal, either is the smaller one.";
    const change = { original: "one < other", replacement: "one <= other" };
    const known = [{ file, within: "smaller", ...change, reason }];
    const counts = tally(findings.tried, known);
    assert.equal(counts.survived, 1);
    assert.equal(counts.explained, 1);
    const noticed = counts.killed + counts.timedOut;
    assert.equal(score(counts), (100 * noticed) / (noticed + 1));
    assert.equal(rawScore(counts), (100 * noticed) / (noticed + 2));
    assert.ok(report(findings, known).some((line) => line.includes(reason)));
  });

  it("names explanations of nothing", () => {
    const rotten = { file, within: "smaller", original: "one > other", replacement: "true", reason: "" };
    const needless = { ...rotten, original: "one < other", replacement: "one >= other" };
    const elsewhere = {
      ...rotten,
      within: "countdown",
      original: "one < other",
      replacement: "one <= other",
    };
    const gone = { ...rotten, file: "test/proofs/mutation/fixture/gone.ts" };
    const other = { ...rotten, file: "test/proofs/mutation/run.ts" };
    const lines = report(findings, [rotten, needless, elsewhere, gone, other]);
    assert.ok(lines.includes("Explanations of nothing: remove or correct them (4)"));
    assert.ok(lines.some((line) => line.includes("one > other -> true: no such mutant")));
    assert.ok(lines.some((line) => line.includes("one < other -> one >= other: does not survive")));
    assert.ok(lines.some((line) => line.includes("(countdown) one < other -> one <= other: no such mutant")));
  });
});

describe("a sample", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);

  it("follows from its seed, in the order of the whole", () => {
    const sample = sampled(items, 10, "a");
    assert.equal(sample.length, 10);
    assert.deepEqual(
      sample,
      [...sample].sort((a, b) => a - b),
    );
    assert.deepEqual(sampled(items, 10, "a"), sample);
    assert.notDeepEqual(sampled(items, 10, "b"), sample);
  });

  it("is the whole where no size is given", () => {
    assert.deepEqual(sampled(items, undefined, "a"), items);
  });
});
