import assert from "node:assert/strict";
import { errors, wander } from "../../bench/detection/errors";
import { slowerThan } from "../../bench/detection/latency";
import { binomial, failuresBefore, generator, normal, poisson } from "../../bench/detection/random";

const draws = 40_000;

/**
 * How far, in standard deviations, the counts of drawn numbers are from what is expected (Pearson's χ²). The seeds are
 * fixed, so a figure that is fine once is fine always.
 */
function misfit(draw: () => number, probability: (k: number) => number, largest: number): number {
  const counts = new Map<number, number>();
  for (let left = draws; left > 0; left -= 1) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  let [expected, found, sum, bins] = [0, 0, 0, 0];
  for (let k = 0; k <= largest; k += 1) {
    expected += draws * probability(k);
    found += counts.get(k) ?? 0;
    if (expected < 20 && k < largest) continue;
    if (expected > 0) sum += (found - expected) ** 2 / expected;
    bins += 1;
    [expected, found] = [0, 0];
  }
  return (sum - bins) / Math.sqrt(2 * bins);
}

/** Probabilities from 0 on, each by its ratio to the one before, from the likeliest on so that none is lost. */
function distribution(mode: number, largest: number, ratio: (k: number) => number): (k: number) => number {
  const weights = new Float64Array(largest + 1);
  weights[mode] = 1;
  for (let k = mode + 1; k <= largest; k += 1) weights[k] = (weights[k - 1] ?? 0) * ratio(k);
  for (let k = mode; k > 0; k -= 1) weights[k - 1] = (weights[k] ?? 0) / ratio(k);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (k) => (weights[k] ?? 0) / total;
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

function lagged(values: readonly number[]): number {
  const { mean, variance } = moments(values);
  const products = values.slice(1).map((value, at) => (value - mean) * ((values[at] ?? 0) - mean));
  return moments(products).mean / variance;
}

function drawn(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

function near(found: number, expected: number, within: number): void {
  assert.ok(Math.abs(found - expected) <= within, `${found} is not within ${within} of ${expected}`);
}

describe("bench: random numbers", () => {
  it("depend on nothing but the seed", () => {
    assert.deepEqual(drawn(5, generator("a")), drawn(5, generator("a")));
    assert.notDeepEqual(drawn(5, generator("a")), drawn(5, generator("b")));
  });

  it("of neighbouring seeds have nothing in common", () => {
    const firsts = drawn(
      20_000,
      (() => {
        let seed = 0;
        return () => generator(`1/group/case/${(seed += 1)}`)();
      })(),
    );
    near(moments(firsts).mean, 0.5, 0.01);
    near(moments(firsts).variance, 1 / 12, 0.002);
    near(lagged(firsts), 0, 0.03);
  });

  for (const [trials, chance] of [
    [1, 0.3],
    [50, 0.02],
    [9, 0.9],
    [1000, 0.009],
    [1000, 0.011],
    [40, 0.5],
    [500, 0.95],
    [450_000, 0.0005],
  ] as const) {
    it(`are binomial for ${trials} trials at ${chance}`, () => {
      const random = generator(`binomial ${trials} ${chance}`);
      const ratio = (k: number): number => ((trials - k + 1) / k) * (chance / (1 - chance));
      const largest = Math.min(trials, 1000);
      const probability = distribution(Math.floor(trials * chance), largest, ratio);
      near(
        misfit(() => binomial(trials, chance, random), probability, largest),
        0,
        4,
      );
    });
  }

  it("are all or nothing for certain trials", () => {
    const random = generator("certain");
    assert.deepEqual(
      [binomial(70, 0, random), binomial(70, 1, random), binomial(0, 0.5, random)],
      [0, 70, 0],
    );
  });

  for (const mean of [0.3, 9.9, 10.1, 60, 500]) {
    it(`are Poisson's with the mean ${mean}`, () => {
      const random = generator(`poisson ${mean}`);
      const probability = distribution(Math.floor(mean), 1000, (k) => mean / k);
      near(
        misfit(() => poisson(mean, random), probability, 1000),
        0,
        4,
      );
    });
  }

  it("are none where none is expected", () => {
    assert.equal(poisson(0, generator("none")), 0);
  });

  it("are geometric", () => {
    const random = generator("geometric");
    near(
      misfit(
        () => failuresBefore(0.2, random),
        (k) => 0.2 * 0.8 ** k,
        200,
      ),
      0,
      4,
    );
    assert.deepEqual([failuresBefore(1, random), failuresBefore(0, random)], [0, Infinity]);
  });

  it("are normal", () => {
    const random = generator("normal");
    const { mean, variance } = moments(drawn(draws, () => normal(random)));
    near(mean, 0, 0.02);
    near(variance, 1, 0.03);
  });
});

describe("bench: bad events", () => {
  it("that stick have their share, and the correlation from one request to the next", () => {
    const bad = errors({ kind: "sticky", lag: 0.3 }, generator("sticky"));
    const requests = drawn(400_000, () => bad(1, 0.05));
    near(moments(requests).mean, 0.05, 0.002);
    near(lagged(requests), 0.3, 0.02);
  });

  it("that stick are the same from bucket to bucket as within one", () => {
    const bad = errors({ kind: "sticky", lag: 0.3 }, generator("sticky buckets"));
    const { mean, variance } = moments(drawn(40_000, () => bad(100, 0.05)));
    near(mean, 5, 0.1);
    // (1 + 0.3)/(1 − 0.3) times that of independent ones, a little less at the ends of a bucket
    near(variance / (100 * 0.05 * 0.95), 1.85, 0.1);
  });

  it("that stick are all bad when every request is", () => {
    const bad = errors({ kind: "sticky", lag: 0.3 }, generator("all"));
    bad(50, 1);
    assert.equal(bad(50, 1), 50);
  });

  it("in bursts have their share, and vary by the size of the bursts", () => {
    const bad = errors({ kind: "bursts", size: 5 }, generator("bursts"));
    const { mean, variance } = moments(drawn(40_000, () => bad(1000, 0.05)));
    near(mean, 50, 0.5);
    near(variance / mean, 9, 0.4);
  });

  it("are never more than the requests", () => {
    const bad = errors({ kind: "bursts", size: 5 }, generator("few"));
    assert.ok(drawn(1000, () => bad(3, 0.9)).every((count) => count <= 3));
  });

  it("that wander do so around their share, 0.8 of it kept from bucket to bucket", () => {
    const factor = wander(0.6, generator("wander"));
    const factors = drawn(200_000, factor);
    near(moments(factors).mean, 1, 0.02);
    near(moments(factors.map(Math.log)).variance, 0.36, 0.02);
    near(lagged(factors.map(Math.log)), 0.8, 0.01);
  });
});

describe("bench: latencies", () => {
  for (const [limitMs, share] of [
    [60, 0.5],
    [60 * Math.exp(1), 0.158655],
    [60 / Math.exp(2), 0.97725],
    [60 * Math.exp(2.326348), 0.01],
  ] as const) {
    it(`of a log-normal are above ${limitMs.toFixed(0)} ms with ${share}`, () => {
      near(slowerThan(limitMs, { medianMs: 60, sigma: 1 }), share, 1e-6);
    });
  }
});
