import assert from "node:assert/strict";
import { ceiling } from "../../provider/health/ceiling";
import { evidenceAgainst, EvidenceProcess } from "../../provider/health/evidence";
import type { Counts, Series } from "../../provider/health/series";
import { noCounts } from "../../provider/health/series";
import { noDispersion, over, varianceFactor, type Dispersion } from "../../provider/health/dispersion";
import { dispersionOf } from "../../provider/health/past";
import { binomial, generator } from "../fakes/random";
import { swing } from "./swing";

const bucketMs = 10_000;

/** Buckets of a version whose bad share swings around `share` by e^±sigma, with a memory of some buckets. */
function wandering(length: number, valid: number, sigma: number, seed: string, share = 0.005): Counts[] {
  const random = generator(seed);
  return swing(length, 0.8, random).map((value) => ({
    valid,
    bad: binomial(valid, Math.min(1, share * Math.exp(sigma * value - sigma ** 2 / 2)), random),
  }));
}

/** Independent events whose bad ones come in clusters of `size`. */
function clustered(length: number, valid: number, size: number, seed: string, share = 0.005): Counts[] {
  const random = generator(seed);
  return Array.from({ length }, () => ({
    valid,
    bad: Math.min(valid, size * binomial(valid, share / size, random)),
  }));
}

const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));

/** What is found in the pasts of all seeds, in order. */
function found(pick: (dispersion: Dispersion) => number, past: (seed: string) => Counts[]): number[] {
  return seeds.map((seed) => pick(dispersionOf({ bucketMs, buckets: past(seed) }))).sort((a, b) => a - b);
}

/** Up to 20 % and back in 30 buckets. */
function ramp(index: number): number {
  return Math.max(0, 0.2 * (1 - Math.abs(index - 15) / 15));
}

/** After how many buckets a version with a bad share is found bad at a limit of 1 %, given the past. */
function bucketsUntilFound(share: number, valid: number, past: Counts[], seed: string): number {
  const process = new EvidenceProcess(ceiling(0.01));
  const dispersion = over(bucketMs, dispersionOf({ bucketMs, buckets: past }));
  const buckets = wandering(360, valid, 0, `new ${seed}`, share);
  const at = buckets.findIndex((fresh, start) => {
    process.add({ start, new: fresh, old: noCounts }, { dispersion });
    return process.evidence.log >= Math.log(100);
  });
  return at === -1 ? Infinity : at + 1;
}

describe("the dispersion of bad events", () => {
  it("is none, or next to none, for events that are independent", () => {
    for (const valid of [5, 500, 50_000]) {
      // What it takes from the evidence of a version with a tenth of that traffic, at twice the share.
      const factor = (dispersion: Dispersion): number =>
        varianceFactor(over(bucketMs, dispersion), 0.01 * (valid / 10));
      const factors = found(factor, (seed) => wandering(360, valid, 0, seed));
      assert.ok((factors.at(-2) ?? Infinity) < 1.5, `${valid}: ${factors.join(" ")}`);
      assert.ok((factors[10] ?? Infinity) < 1.1, `${valid}: ${factors.join(" ")}`);
    }
  });

  it("has the wander that swings add up to, whatever the traffic", () => {
    // The variance e^σ²−1 of the swing, and what its memory of 0.8 from bucket to bucket makes of it: about 9 times.
    // An hour holds few swings, and those that look like incidents do not count.
    const expected = (Math.exp(0.6 ** 2) - 1) * 9 * bucketMs;
    for (const valid of [500, 5000, 50_000]) {
      const median = found(
        ({ wander }) => wander,
        (seed) => wandering(360, valid, 0.6, seed),
      )[10];
      assert.ok(
        median !== undefined && median > expected / 4 && median < expected * 1.5,
        `${valid}: ${median}`,
      );
    }
  });

  it("has the size of clusters, whatever the traffic, and does not take them for wander", () => {
    for (const valid of [500, 5000, 50_000]) {
      const past = (seed: string): Counts[] => clustered(360, valid, 5, seed);
      const median = found(({ clusters }) => clusters, past)[10];
      assert.ok(median !== undefined && median > 3 && median < 4.5, `${valid}: ${median}`);
      assert.equal(found(({ wander }) => wander, past)[10], 0);
    }
  });

  it("is not learnt from next to nothing", () => {
    assert.deepEqual(dispersionOf({ bucketMs, buckets: [] }), noDispersion);
    assert.deepEqual(dispersionOf({ bucketMs, buckets: Array<Counts>(360).fill(noCounts) }), noDispersion);
    const short = Array<Counts>(29).fill({ valid: 10, bad: 10 });
    assert.deepEqual(dispersionOf({ bucketMs, buckets: short }), noDispersion);
  });

  it("has a ceiling: what swings more is no noise", () => {
    const most = found(
      ({ wander }) => wander,
      (seed) => wandering(360, 50_000, 3, seed),
    );
    assert.equal(most.at(-1), 100_000);
  });

  const outage = (at: number, length: number) => (counts: Counts, index: number) =>
    index >= at && index < at + length ? { ...counts, bad: counts.valid } : counts;
  for (const [what, incident] of [
    ["an outage of 10 s", outage(100, 1)],
    ["an outage of a minute", outage(217, 6)],
    ["an outage of ten minutes", outage(100, 60)],
    ["two outages", (counts, index) => outage(50, 3)(outage(290, 4)(counts, index), index)],
    [
      "a ramp of five minutes",
      (counts, index) => ({ ...counts, bad: Math.max(counts.bad, counts.valid * ramp(index - 200)) }),
    ],
    ["four bursts", (counts, index) => (index % 90 === 44 ? { ...counts, bad: counts.valid * 0.2 } : counts)],
  ] satisfies [string, (counts: Counts, index: number) => Counts][]) {
    it(`is not what ${what} in the past would make of it`, () => {
      for (const valid of [450, 9000]) {
        const pasts = (seed: string): Counts[] => wandering(360, valid, 0, seed);
        const [quiet, after] = [pasts, (seed: string) => pasts(seed).map(incident)].map((past) =>
          seeds.map((seed) => bucketsUntilFound(0.05, valid / 9, past(seed), seed)).sort((a, b) => a - b),
        );
        const [before = 0, now = Infinity] = [quiet?.[10], after?.[10]];
        assert.ok(now <= Math.max(before * 1.3, before + 1), `${valid}: ${now} instead of ${before} buckets`);
      }
    });
  }

  for (const [what, make] of [
    ["wanders", (length, valid, seed, share) => wandering(length, valid, 0.6, seed, share)],
    ["comes in clusters", (length, valid, seed, share) => clustered(length, valid, 20, seed, share)],
  ] satisfies [string, (length: number, valid: number, seed: string, share: number) => Counts[]][]) {
    it(`keeps a healthy version that ${what} from being found bad, and a bad one from being missed`, () => {
      const learnt = over(bucketMs, dispersionOf({ bucketMs, buckets: make(360, 45_000, "past", 0.005) }));
      const conclusive = (share: number, dispersion: Dispersion): number =>
        seeds.filter((seed) => {
          const series: Series = make(180, 5000, seed, share).map((fresh, start) => ({
            start,
            new: fresh,
            old: noCounts,
          }));
          return evidenceAgainst(ceiling(0.01), series, dispersion).log >= Math.log(100);
        }).length;
      assert.ok(conclusive(0.005, noDispersion) >= 5, "taken for independent, it is found bad");
      assert.equal(conclusive(0.005, learnt), 0);
      assert.equal(conclusive(0.05, learnt), seeds.length);
    });
  }
});
