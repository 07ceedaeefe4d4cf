import assert from "node:assert/strict";
import fc from "fast-check";
import { comparison } from "../../provider/health/comparison";
import { noDispersion } from "../../provider/health/dispersion";
import { evidenceAgainst } from "../../provider/health/evidence";
import { ratios } from "../../provider/health/ratios";
import type { Bucket, Counts, Series } from "../../provider/health/series";
import { binomial, generator } from "../fakes/random";

const ln100 = Math.log(100);

/** Every way in which `bad` bad events of each of `length` buckets fall to the versions, and how likely it is. */
function everySplit(length: number, bad: number, theta: number): { news: number[]; probability: number }[] {
  if (length === 0) return [{ news: [], probability: 1 }];
  const choose = (k: number): number => (k === 0 ? 1 : (choose(k - 1) * (bad - k + 1)) / k);
  return everySplit(length - 1, bad, theta).flatMap(({ news, probability }) =>
    Array.from({ length: bad + 1 }, (_, fresh) => ({
      news: [...news, fresh],
      probability: probability * choose(fresh) * theta ** fresh * (1 - theta) ** (bad - fresh),
    })),
  );
}

const valid = { new: 100, old: 900 };

function bucket(start: number, fresh: number, bad: number): Bucket {
  return { start, new: { valid: valid.new, bad: fresh }, old: { valid: valid.old, bad: bad - fresh } };
}

const buckets = fc.array(
  fc
    .tuple(fc.nat(300), fc.nat(300), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40))
    .map(([fresh, old, part, bad]): Pick<Bucket, "new" | "old"> => {
      const news = Math.min(fresh, Math.round(part * bad));
      return { new: { valid: fresh, bad: news }, old: { valid: old, bad: Math.min(old, bad - news) } };
    }),
  { maxLength: 30 },
);

function asSeries(served: readonly Pick<Bucket, "new" | "old">[]): Series {
  return served.map((each, index) => ({ start: index, ...each }));
}

describe("the evidence that a new version is worse than the old one", () => {
  for (const [maxIncrease, level, dispersion] of [
    [1, 0.2, noDispersion],
    [1, 0.05, noDispersion],
    [2, 0.2, noDispersion],
    [2, 0.05, noDispersion],
    [2, 0.2, { clusters: 0.1, wander: 0.3 }],
  ] as const) {
    it(`is conclusive at a level of ${level} with at most that probability, by enumeration, at ${maxIncrease} times and a dispersion of ${JSON.stringify(dispersion)}`, () => {
      const theta = (maxIncrease * valid.new) / (maxIncrease * valid.new + valid.old);
      const wrong = everySplit(5, 4, theta)
        .filter(({ news }) => {
          const series = news.map((fresh, index) => bucket(index, fresh, 4));
          return evidenceAgainst(comparison(maxIncrease), series, dispersion).log >= -Math.log(level);
        })
        .reduce((sum, { probability }) => sum + probability, 0);
      assert.ok(wrong <= level, String(wrong));
      assert.ok(wrong > 0, "the enumeration must reach a wrong verdict at all, or it proves nothing");
    });
  }

  it("never shrinks when a good event of the new version turns out bad", () => {
    fc.assert(
      fc.property(
        buckets,
        fc.nat(),
        fc.constantFrom(noDispersion, { clusters: 1, wander: 0.5 }),
        (served, pick, dispersion) => {
          const index = pick % Math.max(1, served.length);
          const worse = served.map((each, at) =>
            at === index && each.new.bad < each.new.valid
              ? { ...each, new: { ...each.new, bad: each.new.bad + 1 } }
              : each,
          );
          const claim = comparison(1.5);
          const [less, more] = [served, worse].map(
            (each) => evidenceAgainst(claim, asSeries(each), dispersion).log,
          );
          // A bad event makes a bucket count that did not: later beginnings then weigh a little less.
          const counts = served[index]?.new.bad === 0 && served[index].old.bad === 0;
          if (!counts) assert.ok((more ?? 0) >= (less ?? 0) - 1e-9);
        },
      ),
    );
  });

  it("does not depend on buckets in which one version served nothing or nothing bad happened", () => {
    const silent: Pick<Bucket, "new" | "old">[] = [
      { new: { valid: 0, bad: 0 }, old: { valid: 50, bad: 5 } },
      { new: { valid: 50, bad: 5 }, old: { valid: 0, bad: 0 } },
      { new: { valid: 50, bad: 0 }, old: { valid: 50, bad: 0 } },
    ];
    fc.assert(
      fc.property(buckets, fc.nat(), fc.constantFrom(...silent), (served, at, nothing) => {
        const place = at % (served.length + 1);
        const claim = comparison(1);
        const without = evidenceAgainst(claim, asSeries(served)).log;
        const withIt = evidenceAgainst(claim, asSeries(served.toSpliced(place, 0, nothing))).log;
        assert.equal(withIt, without);
      }),
    );
  });

  it("is not moved by an incident that multiplies the bad share of both versions by ten", () => {
    const random = generator("incident");
    const series = Array.from({ length: 180 }, (_, at): Bucket => {
      const share = at >= 60 && at < 120 ? 0.05 : 0.005;
      const bad = (events: number): Counts => ({ valid: events, bad: binomial(events, share, random) });
      return { start: at, new: bad(50), old: bad(450) };
    });
    assert.ok(evidenceAgainst(comparison(1.5), series).log < ln100);
  });

  it("grows when only the new version is hit", () => {
    const random = generator("its own");
    const bad = (events: number, share: number): Counts => ({
      valid: events,
      bad: binomial(events, share, random),
    });
    const series = Array.from({ length: 60 }, (_, at) => ({
      start: at,
      new: bad(50, at < 30 ? 0.005 : 0.05),
      old: bad(450, 0.005),
    }));
    const { log, onset } = evidenceAgainst(comparison(1.5), series);
    assert.ok(log >= ln100, String(log));
    assert.ok(onset !== undefined && Math.abs(onset.since - 30) <= 3, String(onset?.since));
  });
});

describe("a comparison with a margin", () => {
  const served = { new: 60, old: 240 };

  /** The chances of 0, 1, 2, … bad events of `valid`. */
  function chances(valid: number, share: number): readonly number[] {
    let chance = (1 - share) ** valid;
    return Array.from({ length: valid + 1 }, (_, bad) => {
      const now = chance;
      chance *= ((valid - bad) / (bad + 1)) * (share / (1 - share));
      return now;
    });
  }

  for (const share of [0, 0.002, 0.01, 0.05, 0.2]) {
    it(`expects at most a ratio of 1 where the claim just holds, at an old share of ${share}`, () => {
      const [maxIncrease, margin] = [2, 0.02];
      const claim = comparison(maxIncrease, { margin });
      const expected = ratios.map(() => 0);
      const steps = new Float64Array(ratios.length);
      const ofOld = chances(served.old, share);
      chances(served.new, maxIncrease * share + margin).forEach((ofNew, fresh) => {
        ofOld.forEach((chance, bad) => {
          const valid = { new: { valid: served.new, bad: fresh }, old: { valid: served.old, bad } };
          steps.fill(0);
          claim.weigh({ start: 0, ...valid }, steps, noDispersion);
          ratios.forEach(
            (_, g) => (expected[g] = (expected[g] ?? 0) + ofNew * chance * Math.exp(steps[g] ?? 0)),
          );
        });
      });
      assert.ok(Math.max(...expected) <= 1 + 1e-9, String(expected));
    });
  }

  it("allows an old version without a bad event the new one a few", () => {
    const few = Array.from({ length: 30 }, (_, start) => ({
      ...{ start, new: { valid: 100, bad: 1 }, old: { valid: 900, bad: 0 } },
    }));
    const log = (margin: number): number => evidenceAgainst(comparison(2, { margin }), few).log;
    assert.ok(log(0) > 20 && log(0.02) < 1, `${log(0)} and ${log(0.02)}`);
  });

  it("goes by a limit of its own where the old version serves nothing", () => {
    const alone = [{ start: 0, new: { valid: 20, bad: 20 }, old: { valid: 0, bad: 0 } }];
    const log = (limit?: number): number =>
      evidenceAgainst(comparison(2, { margin: 0.02, alone: limit }), alone).log;
    assert.ok(log() === 0 && log(0.5) > 5, `${log()} and ${log(0.5)}`);
  });
});
