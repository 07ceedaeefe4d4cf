import assert from "node:assert/strict";
import { cases, onsetOf, type Case } from "../../bench/detection/cases";
import type { Judge } from "../../bench/detection/judges/judge";
import { measure, type Score } from "../../bench/detection/measure";
import { simulate } from "../../bench/detection/trace";
import type { Counts } from "../../provider/health/series";

function caseOf(title: string): Case {
  const found = cases.find(({ group, name }) => `${group}: ${name}` === title);
  assert.ok(found, title);
  return found;
}

const usual = "50 requests/s, 10 % of them to the new version";
const late = caseOf(`${usual}: every request fails, from minute 15`);

/** Aborts run after run with the next of these buckets, whatever it sees; with -1 never. */
function abortingAt(...buckets: readonly number[]): Judge {
  let run = -1;
  return {
    name: "test",
    rule: "",
    kind: "max",
    watch: () => {
      run += 1;
      let index = -1;
      return () => (index += 1) === buckets[run % buckets.length];
    },
  };
}

function scoreOf(one: Case, judge: Judge, runs: number): Score {
  const [score] = measure({ ...one, judges: [judge] }, runs, "seed");
  assert.ok(score);
  return score;
}

describe("bench: the score of a judge", () => {
  it("tells aborts before it went wrong from those after", () => {
    const { falseAborts, caught, seconds } = scoreOf(late, abortingAt(89, 90, 91, -1), 4);
    assert.equal(falseAborts, 1 / 4);
    assert.equal(caught, 2 / 3);
    assert.deepEqual(seconds, { median: 20, p90: Infinity });
  });

  it("counts bad requests from when it went wrong, the bucket of the abort included", () => {
    const [first, second] = simulate(late, `seed/${late.group}/${late.name}/0`).buckets.slice(90);
    const { bad, badWithoutAbort } = scoreOf(late, abortingAt(91), 1);
    assert.ok(first && second && first.new.bad > 0);
    assert.equal(bad.median, first.new.bad + second.new.bad);
    assert.ok(badWithoutAbort > 80 * 40, `${badWithoutAbort}`);
  });

  it("has only false aborts where nothing is wrong", () => {
    const healthy = caseOf(`${usual}: healthy at half the limit`);
    const { falseAborts, caught } = scoreOf(healthy, abortingAt(0, -1), 10);
    assert.equal(falseAborts, 1 / 2);
    assert.equal(caught, undefined);
  });

  it("is the same for the same seed and another for another", () => {
    const one = caseOf(`${usual}: 2 × the limit, from the start`);
    assert.deepEqual(measure(one, 5, "a"), measure(one, 5, "a"));
    assert.notDeepEqual(measure(one, 5, "a"), measure(one, 5, "b"));
  });
});

describe("bench: a case", () => {
  for (const [title, max, maxIncrease] of [
    [`${usual}: healthy at half the limit`, undefined, undefined],
    [`${usual}: healthy, exactly at the limit`, undefined, undefined],
    [`${usual}: 1.5 × the limit, from the start`, 0, 0],
    [`${usual}: 2 × the limit, from minute 15`, 90, 90],
    ["What changes with time: incident: both versions twice as bad from minute 15", undefined, undefined],
    ["What changes with time: incident: both versions 10 × as bad from minute 15", 90, undefined],
    ["Latency: at most 1 % slower than 500 ms (p99 ≤ 500 ms): healthy, p99 400 ms", undefined, undefined],
    ["Latency: at most 1 % slower than 500 ms (p99 ≤ 500 ms): every request 1.5 × as slow", 0, 0],
    [
      "Traffic that wanders, each version by itself: detection: σ 0.6, 1000 requests/s: 5 × the limit, from minute 15",
      90,
      90,
    ],
  ] as const) {
    it(`goes wrong for ${title}: ${String(max)}, ${String(maxIncrease)}`, () => {
      const one = caseOf(title);
      assert.deepEqual([onsetOf(one, "max"), onsetOf(one, "maxIncrease")], [max, maxIncrease]);
    });
  }

  it("has a title of its own", () => {
    assert.equal(new Set(cases.map(({ group, name }) => `${group}: ${name}`)).size, cases.length);
  });
});

describe("bench: a trace", () => {
  it("has the traffic, the split and the shares of its case", () => {
    const one = { ...caseOf(`${usual}: 5 × the limit, from the start`), perSecond: 5000 };
    const { buckets, past } = simulate(one, "shares");
    const fresh = buckets.reduce((sum, bucket) => sum + bucket.new.valid, 0);
    const old = buckets.reduce((sum, bucket) => sum + bucket.old.valid, 0);
    const bad = buckets.reduce((sum, bucket) => sum + bucket.new.bad, 0);
    assert.ok(Math.abs(fresh / (fresh + old) - 0.1) < 0.001);
    assert.ok(Math.abs((fresh + old) / (1800 * 5000) - 1) < 0.002);
    assert.ok(Math.abs(bad / fresh - 0.05) < 0.001);
    assert.equal(past.length, 360);
  });

  for (const title of [
    "Errors that depend on each other: bursts of 5 errors, each at one version: every request fails, from the start",
    "Traffic that wanders, each version by itself: detection: σ 0.6, 50 requests/s: every request fails, from the start",
  ]) {
    it(`has no good request where every one fails: ${title}`, () => {
      const { buckets } = simulate(caseOf(title), "all");
      assert.ok(buckets.every((bucket) => bucket.new.bad === bucket.new.valid));
    });
  }

  it("comes as evenly as a clock ticks where it should", () => {
    const group = "Reference figures: 50 requests/s that come evenly, 10 % of them to the new version";
    const { buckets } = simulate(
      caseOf(`${group}: every request fails, from the start, at 1 request/s`),
      "even",
    );
    assert.ok(buckets.every((bucket) => bucket.new.valid === 1 && bucket.old.valid === 9));
  });

  it("stops where the traffic stops", () => {
    const { buckets } = simulate(
      caseOf("What changes with time: healthy, traffic stops at minute 10"),
      "stop",
    );
    assert.ok((buckets[59]?.old.valid ?? 0) > 0);
    assert.ok(buckets.slice(60).every((bucket) => bucket.new.valid === 0 && bucket.old.valid === 0));
  });

  it("wanders for both versions alike, or for each by itself", () => {
    const group = (how: string): string => `Traffic that wanders, ${how}: healthy at half the limit`;
    const correlation = (how: string): number => {
      const { buckets } = simulate(caseOf(`${group(how)}: σ 1, 50000 requests/s`), "wander");
      const share = ({ valid, bad }: Counts): number => Math.log((bad + 1) / valid);
      const logs = buckets.map((bucket) => ({ x: share(bucket.new), y: share(bucket.old) }));
      const mean = (of: "x" | "y"): number => logs.reduce((sum, log) => sum + log[of], 0) / logs.length;
      const means = { x: mean("x"), y: mean("y") };
      const product = (a: "x" | "y", b: "x" | "y"): number =>
        logs.reduce((sum, log) => sum + (log[a] - means[a]) * (log[b] - means[b]), 0);
      return product("x", "y") / Math.sqrt(product("x", "x") * product("y", "y"));
    };
    assert.ok(correlation("both versions alike") > 0.98);
    assert.ok(Math.abs(correlation("each version by itself")) < 0.5);
  });
});
