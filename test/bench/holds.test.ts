import assert from "node:assert/strict";
import { cases, onsetOf, type Case } from "../../bench/detection/cases";
import { claims, held, type Claim } from "../../bench/detection/holds";
import type { Score } from "../../bench/detection/measure";
import { report, type Result } from "../../bench/detection/report";

/** A score as good as the bound's: no false abort, and every run caught with the first bucket and one bad request. */
function perfect(one: Case): Result {
  const scores = one.judges.map(({ name, kind }): Score => ({
    judge: name,
    kind,
    falseAborts: 0,
    caught: onsetOf(one, kind) === undefined ? undefined : 1,
    seconds: { median: 10, p90: 10 },
    bad: { median: 1, p90: 1 },
    badWithoutAbort: 10,
  }));
  return { one, scores };
}

/** Perfect results but for what our judge of a kind did in the case with this title. */
function butFor(title: string, kind: Score["kind"], other: Partial<Score>): Result[] {
  return cases.map((one) => {
    const result = perfect(one);
    if (`${one.group}: ${one.name}` !== title) return result;
    const scores = result.scores.map((score) =>
      score.judge === `ours ${kind}` ? { ...score, ...other } : score,
    );
    return { one, scores };
  });
}

const everything = cases.map(perfect);
const usual = "50 requests/s, 10 % of them to the new version";
const reference = "Reference figures: 50 requests/s that come evenly, 10 % of them to the new version";
const wander = "Traffic that wanders, each version by itself: healthy at half the limit";

describe("bench: what holds", () => {
  it("holds when everything is perfect, of many figures", () => {
    const all = claims(everything);
    assert.equal(all.length, 6);
    assert.deepEqual(
      all.filter(({ broken }) => broken.length > 0),
      [],
    );
  });

  it("says nothing of what was not measured", () => {
    const some = everything.filter(({ one }) => one.name.startsWith("slow drift"));
    assert.deepEqual(
      claims(some).map(({ figures }) => figures),
      [2],
    );
  });

  for (const [title, kind, score, found] of [
    [`${usual}: healthy at half the limit`, "max", { falseAborts: 0.011 }, /falsely.*: ours max 1.1 %$/],
    [
      `${usual}: 2 × the limit, from minute 15`,
      "maxIncrease",
      { falseAborts: 0.02 },
      /falsely.*: ours maxIncrease 2 %$/,
    ],
    [
      "A day instead of 30 minutes: exactly at the limit, 50 requests/s",
      "max",
      { falseAborts: 0.02 },
      /falsely.*2 %$/,
    ],
    [`${wander}: σ 0.6, 5000 requests/s`, "max", { falseAborts: 0.051 }, /wanders.*5.1 %$/],
    [
      `${reference}: 2 × the limit, from the start`,
      "max",
      { seconds: { median: 330, p90: 400 } },
      /330 of at most 320 s$/,
    ],
    [
      `${reference}: every request fails, from the start, at 1 request/s`,
      "maxIncrease",
      { bad: { median: 5, p90: 6 } },
      /5 of at most 4 bad requests$/,
    ],
    [
      `${usual}: 5 × the limit, from the start`,
      "max",
      { bad: { median: 2.1, p90: 3 } },
      /at most 2 ×.*2.10 ×$/,
    ],
    [
      `${usual}: 5 × the limit, from minute 15`,
      "max",
      { bad: { median: 4.1, p90: 5 } },
      /at most 4 ×.*4.10 ×$/,
    ],
    [
      `${usual}: 5 × the limit, from minute 15`,
      "max",
      { bad: { median: Infinity, p90: Infinity }, badWithoutAbort: 5 },
      /at most 4 ×.*5.00 ×$/,
    ],
  ] as const) {
    it(`breaks where ${title} has ${JSON.stringify(score)} by ${kind}`, () => {
      const broken = claims(butFor(title, kind, score)).flatMap(({ claim, broken }) =>
        broken.map((figure) => `${claim}: ${figure}`),
      );
      const [figure = "", ...others] = broken.filter((text) => found.test(text));
      assert.ok(figure.includes(title.split(": ").at(-1) ?? ""), broken.join("\n"));
      assert.deepEqual(others, []);
    });
  }

  it("breaks two claims where an incident of both versions aborts what is compared with the old one", () => {
    const title = "What changes with time: incident: both versions 10 × as bad from minute 15";
    const broken = claims(butFor(title, "maxIncrease", { falseAborts: 0.02 })).filter(
      (one) => one.broken.length,
    );
    assert.deepEqual(broken.map(({ claim }) => /incident|independent/.exec(claim)?.[0]).sort(), [
      "incident",
      "independent",
    ]);
  });

  for (const [what, title, score] of [
    ["1.5 × the limit", `${usual}: 1.5 × the limit, from the start`, { bad: { median: 3, p90: 4 } }],
    [
      "a soak that ends too early to tell",
      `${usual}: 5 × the limit, from minute 15`,
      { bad: { median: Infinity, p90: Infinity }, badWithoutAbort: 4 },
    ],
    ["σ 1", `${wander}: σ 1, 5000 requests/s`, { falseAborts: 0.5 }],
    [
      "errors that depend on each other",
      "Errors that depend on each other: bursts of 5 errors, each at one version: healthy at half the limit",
      { falseAborts: 0.5 },
    ],
  ] as const) {
    it(`promises nothing about ${what}`, () => {
      assert.ok(claims(butFor(title, "max", score)).every(({ broken }) => broken.length === 0));
    });
  }

  it("says where a soak that ends too early leaves a claim open", () => {
    const never = { bad: { median: Infinity, p90: Infinity }, badWithoutAbort: 4 };
    const found = claims(butFor(`${usual}: 5 × the limit, from minute 15`, "max", never)).at(-1)?.found;
    assert.equal(found, "at most 1.00 ×; for 1 more the soak is too short to tell");
  });

  it("is said with the figures that break it", () => {
    const claim: Claim = { claim: "all is well", figures: 3, found: "at most 2 %", broken: ["here 2 %"] };
    assert.match(
      held([claim]),
      /- \*\*does not hold\*\*: all is well. 3 figures: at most 2 %.\n {2}- here 2 %$/,
    );
    assert.match(held([{ ...claim, broken: [] }]), /- \*\*holds\*\*: all is well/);
  });
});

describe("bench: the report", () => {
  const [one] = cases.filter(
    ({ group, name }) => group === usual && name === "2 × the limit, from minute 15",
  );
  assert.ok(one);
  const result = perfect(one);
  const textOf = (score: Partial<Score>): string =>
    report([{ one, scores: result.scores.map((found) => ({ ...found, ...score })) }]);

  for (const [what, score, cell] of [
    ["the middle time", {}, "| 10 s |"],
    [
      "how many are caught where it is less than half",
      { caught: 0.123, seconds: { median: Infinity, p90: Infinity } },
      "| (12.3 %) |",
    ],
    ["what was aborted before", { falseAborts: 0.5 }, "| 10 s, 50 % early |"],
    ["false aborts where nothing is wrong", { caught: undefined, falseAborts: 0.001 }, "| 0.1 % |"],
    [
      "every figure of a judge",
      { bad: { median: 3, p90: Infinity } },
      "| ours max | 0 % | 100 % | 10 | 10 | 3 | – | 1.00 |",
    ],
  ] as const) {
    it(`shows ${what}`, () => {
      assert.ok(textOf(score).includes(cell), textOf(score));
    });
  }
});
