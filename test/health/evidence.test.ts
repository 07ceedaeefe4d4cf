import assert from "node:assert/strict";
import fc from "fast-check";
import { ceiling } from "../../provider/health/ceiling";
import { evidenceAgainst, type Evidence } from "../../provider/health/evidence";
import { judge } from "../../provider/health/judge";
import { merge } from "../../provider/health/merge";
import { noCounts, type Counts, type Series } from "../../provider/health/series";
import { binomial, generator } from "../fakes/random";

const buckets = fc.array(
  fc
    .integer({ min: 0, max: 500 })
    .chain((valid) => fc.integer({ min: 0, max: valid }).map((bad) => ({ valid, bad }))),
  { maxLength: 40 },
);
const limits = fc.constantFrom(0.001, 0.01, 0.05, 0.3, 0.9);

/** The evidence of the new version's counts alone, one bucket a second. */
function evidenceIn(counts: readonly Counts[], max: number): Evidence {
  return evidenceAgainst(ceiling(max), asSeries(counts));
}

function asSeries(counts: readonly Counts[]): Series {
  return counts.map((count, index) => ({ start: index * 1000, new: count, old: noCounts }));
}

/** Every series of `length` buckets with one request each, and how likely it is when each is bad with `share`. */
function everySeries(length: number, share: number): { counts: Counts[]; probability: number }[] {
  if (length === 0) return [{ counts: [], probability: 1 }];
  return everySeries(length - 1, share).flatMap(({ counts, probability }) => [
    { counts: [...counts, { valid: 1, bad: 0 }], probability: probability * (1 - share) },
    { counts: [...counts, { valid: 1, bad: 1 }], probability: probability * share },
  ]);
}

describe("the evidence of a violation", () => {
  for (const [max, level] of [
    [0.01, 0.2],
    [0.01, 0.01],
    [0.1, 0.05],
    [0.1, 0.01],
    [0.5, 0.2],
    [0.5, 0.05],
  ] as const) {
    it(`is conclusive at a level of ${level} with at most that probability, by enumeration, at a limit of ${max}`, () => {
      const wrong = everySeries(12, max)
        .filter(({ counts }) => evidenceIn(counts, max).log >= -Math.log(level))
        .reduce((sum, { probability }) => sum + probability, 0);
      assert.ok(wrong <= level, `${wrong}`);
      assert.ok(wrong > 0, "the enumeration must reach a wrong verdict at all, or it proves nothing");
    });
  }

  it("never shrinks when a good event turns out bad", () => {
    fc.assert(
      fc.property(buckets, limits, fc.nat(), (counts, max, pick) => {
        const index = pick % Math.max(1, counts.length);
        const worse = counts.map((count, at) =>
          at === index && count.bad < count.valid ? { ...count, bad: count.bad + 1 } : count,
        );
        assert.ok(evidenceIn(worse, max).log >= evidenceIn(counts, max).log - 1e-9);
      }),
    );
  });

  it("never shrinks with time: what was conclusive stays so", () => {
    fc.assert(
      fc.property(buckets, buckets, limits, (earlier, later, max) => {
        assert.ok(evidenceIn([...earlier, ...later], max).log >= evidenceIn(earlier, max).log);
      }),
    );
  });

  it("is a number for a billion events", () => {
    const counts = Array.from({ length: 1000 }, () => ({ valid: 1e6, bad: 1e4 }));
    assert.ok(Number.isFinite(evidenceIn(counts, 0.01).log));
    assert.ok(evidenceIn([...counts, { valid: 1e9, bad: 1e8 }], 0.01).log > 1e6);
  });

  it("is proof with the first bad event where none is allowed", () => {
    assert.equal(evidenceIn([{ valid: 1e6, bad: 0 }], 0).log, 0);
    assert.deepEqual(evidenceIn([noCounts, { valid: 5, bad: 0 }, { valid: 5, bad: 1 }], 0), {
      log: Infinity,
      onset: { since: 2000, new: { valid: 5, bad: 1 }, old: noCounts },
      dividedBy: 1,
    });
  });

  it("finds the bucket the trouble began with", () => {
    const random = generator("onset");
    const counts = Array.from({ length: 200 }, (_, at) => ({
      valid: 50,
      bad: binomial(50, at < 150 ? 0.005 : 0.1, random),
    }));
    const { onset } = evidenceIn(counts, 0.01);
    assert.ok(onset !== undefined && Math.abs(onset.since / 1000 - 150) <= 2, String(onset?.since));
  });
});

describe("a judgement", () => {
  const slo = { max: 0.01 };
  function seriesOf(...counts: Counts[]): Series {
    return counts.map((count, index) => ({ start: index * 10_000, new: count, old: { valid: 150, bad: 1 } }));
  }

  it("does not depend on buckets in which the new version served nothing", () => {
    const served = seriesOf({ valid: 50, bad: 3 }, { valid: 50, bad: 4 });
    const late = served.map((bucket) => ({ ...bucket, start: bucket.start + 100_000 }));
    const idle = seriesOf(...Array.from({ length: 10 }, () => noCounts));
    assert.equal(
      judge(slo, [...idle, ...late], { level: 0.01 }).evidence,
      judge(slo, served, { level: 0.01 }).evidence,
    );
  });

  it("tells what both versions served since the trouble began", () => {
    const series = seriesOf(
      { valid: 50, bad: 0 },
      { valid: 50, bad: 0 },
      { valid: 50, bad: 20 },
      { valid: 50, bad: 30 },
    );
    const judgement = judge(slo, series, { level: 0.01 });
    assert.equal(judgement.violated, true);
    assert.deepEqual(judgement.trouble, {
      since: 20_000,
      new: { valid: 100, bad: 50 },
      old: { valid: 300, bad: 2 },
    });
  });

  it("of a version that fails every request falls after two of them at one request a look", () => {
    const failing = (requests: number): Series =>
      seriesOf(...Array.from({ length: requests }, () => ({ valid: 1, bad: 1 })));
    assert.equal(judge(slo, failing(1), { level: 0.01 }).violated, false);
    assert.equal(judge(slo, failing(2), { level: 0.01 }).violated, true);
  });
});

describe("a series", () => {
  it("takes what was read again in place of what was known", () => {
    const bucket = (start: number, valid: number): Series[number] => ({
      start,
      new: { valid, bad: 0 },
      old: noCounts,
    });
    const merged = merge([bucket(0, 1), bucket(10, 2), bucket(20, 3)], [bucket(10, 5), bucket(30, 6)], 10);
    assert.deepEqual(
      merged.map(({ start, new: { valid } }) => [start, valid]),
      [
        [0, 1],
        [10, 5],
        [30, 6],
      ],
    );
  });
});
