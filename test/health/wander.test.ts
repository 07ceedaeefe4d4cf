import assert from "node:assert/strict";
import { ceiling } from "../../provider/health/ceiling";
import { evidenceAgainst } from "../../provider/health/evidence";
import type { Counts, Series } from "../../provider/health/series";
import { noCounts } from "../../provider/health/series";
import { wanderOf } from "../../provider/health/wander";
import { binomial, generator } from "../fakes/random";

const bucketMs = 10_000;

/** Standard normal numbers of which each has the correlation `memory` with the one before. */
function swing(length: number, memory: number, random: () => number): number[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const values = [normal()];
  for (let at = 1; at < length; at += 1) {
    values.push(memory * (values[at - 1] ?? 0) + Math.sqrt(1 - memory ** 2) * normal());
  }
  return values;
}

/** Buckets of a version whose bad share swings around `share` by e^±sigma, with a memory of some buckets. */
function wandering(length: number, valid: number, sigma: number, seed: string, share = 0.005): Counts[] {
  const random = generator(seed);
  return swing(length, 0.8, random).map((value) => ({
    valid,
    bad: binomial(valid, Math.min(1, share * Math.exp(sigma * value - sigma ** 2 / 2)), random),
  }));
}

describe("the wander of a bad share", () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));
  const wanderAt = (valid: number, sigma: number): number[] =>
    seeds.map((seed) => wanderOf({ bucketMs, buckets: wandering(360, valid, sigma, seed) }));

  it("is none, or next to none, for events that are independent", () => {
    for (const valid of [5, 500, 50_000]) {
      const found = wanderAt(valid, 0).sort((a, b) => a - b);
      // What it takes from the evidence of a version with a tenth of that traffic.
      const dispersion = 1 + ((found.at(-2) ?? 0) / bucketMs) * 0.01 * (valid / 10);
      assert.ok(dispersion < 1.5, `${valid}: ${dispersion}`);
      assert.equal(found[10], 0);
    }
  });

  it("is what the swings add up to, whatever the traffic", () => {
    // The variance e^σ²−1 of the swing, and what its memory of 0.8 from bucket to bucket makes of it: about 9 times.
    const expected = (Math.exp(0.6 ** 2) - 1) * 9 * bucketMs;
    for (const valid of [500, 5000, 50_000]) {
      const found = wanderAt(valid, 0.6).sort((a, b) => a - b);
      const median = found[10] ?? 0;
      assert.ok(median > expected / 3 && median < expected * 1.5, `${valid}: ${median} beside ${expected}`);
    }
  });

  it("is not learnt from next to nothing", () => {
    assert.equal(wanderOf({ bucketMs, buckets: [] }), 0);
    assert.equal(wanderOf({ bucketMs, buckets: Array<Counts>(360).fill(noCounts) }), 0);
    assert.equal(wanderOf({ bucketMs, buckets: Array<Counts>(29).fill({ valid: 10, bad: 10 }) }), 0);
  });

  it("has a ceiling, so that an hour with an incident in it does not make everything look normal", () => {
    const buckets = Array.from({ length: 360 }, (_, at) => ({ valid: 1000, bad: at < 300 ? 0 : 1000 }));
    assert.equal(wanderOf({ bucketMs, buckets }), 100_000);
  });

  it("keeps a healthy version from being found bad, and a bad one from being missed", () => {
    const wander = wanderOf({ bucketMs, buckets: wandering(360, 45_000, 0.6, "past") }) / bucketMs;
    const seriesOf = (share: number, seed: string): Series =>
      wandering(180, 5000, 0.6, seed, share).map((fresh, start) => ({ start, new: fresh, old: noCounts }));
    const found = (share: number, given: number): number =>
      seeds.filter(
        (seed) => evidenceAgainst(ceiling(0.01, given), seriesOf(share, seed)).log >= Math.log(100),
      ).length;
    assert.ok(found(0.005, 0) >= 5, "taken for independent, the swings are found bad");
    assert.equal(found(0.005, wander), 0);
    assert.equal(found(0.05, wander), seeds.length);
  });
});
