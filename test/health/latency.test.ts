import assert from "node:assert/strict";
import { above, binCount, binOf, edgesOf, totalOf } from "../../provider/health/latencyBins";
import { gapIn } from "../../provider/health/latencyGap";
import { LatencyJudgement } from "../../provider/health/latencyJudgement";
import { latencyPastOf, unknownPast } from "../../provider/health/latencyPast";
import { add, noCounts, servedSince, type Bucket } from "../../provider/health/series";
import { foundAfter, World, type Case } from "./latencies";

const times = (factor: number): Case => ({ change: (ms) => ms * factor });
const seeds = ["a", "b", "c", "d", "e"];

/** In how many of some releases the new version is found slower, and the seconds that the slowest finding took. */
function found(given: Case): { readonly count: number; readonly slowest: number } {
  const all = seeds.map((seed) => foundAfter(seed, given)).filter((seconds) => seconds !== undefined);
  return { count: all.length, slowest: Math.max(...all) };
}

function never(given: Case): void {
  assert.equal(found(given).count, 0);
}

function within(seconds: number, given: Case): void {
  const { count, slowest } = found(given);
  assert.equal(count, seeds.length);
  assert.ok(slowest <= seconds, `the slowest took ${slowest} s`);
}

describe("the comparison of latencies, at 50 requests a second of which the new version gets a tenth", () => {
  it("never finds an equal version slower", () => {
    never({});
  });

  it("never finds a faster version slower", () => {
    never(times(0.8));
  });

  it("finds a version that is 20 % slower at every quantile", () => {
    within(200, times(1.2));
  });

  it("finds one that gets 20 % slower late", () => {
    within(300, { ...times(1.2), from: 90 });
  });

  it("finds a doubled 99th percentile", () => {
    within(400, { change: (ms, rank) => (rank > 0.98 ? ms * 2 : ms) });
  });

  it("finds that 5 % of the requests take a second more", () => {
    within(100, { change: (ms, _, luck) => (luck < 0.05 ? ms + 1000 : ms) });
  });

  it("never aborts what is just as much slower as it may be", () => {
    never({ ...times(1.2), tolerance: 1.2 });
  });

  it("finds what is slower than it may be", () => {
    within(150, { ...times(1.5), tolerance: 1.2 });
  });

  it("never aborts for what slows down both", () => {
    never({ sharedSwing: 0.3 });
  });

  it("never aborts for a load that swings by itself, as the old version's does", () => {
    never({ ownSwing: 0.1, tolerance: 1.2 });
    never({ ownSwing: 0.3, tolerance: 1.2 });
  });

  it("aborts for such a load where nothing is known of swings", () => {
    const unprepared = seeds.filter((seed) => {
      const judgement = new LatencyJudgement(0.01, {
        ...{ past: { ...unknownPast, wander: unknownPast.wander.map(() => 0) }, bucketMs: 10_000 },
      });
      for (const bucket of new World(seed, { ownSwing: 0.3 }).release()) judgement.add(bucket);
      return judgement.verdict.violated;
    });
    assert.ok(unprepared.length > 0);
  });

  it("is not blinded by an incident in the hour before", () => {
    const outage = { incident: (bucket: number) => (bucket >= 100 && bucket < 130 ? 5 : 1) };
    within(300, { ...times(1.2), ...outage });
  });
});

describe("the judgement of latencies", () => {
  const past = latencyPastOf(new World("past", {}).past(), 10_000);
  const knowledge = { past, bucketMs: 10_000 };
  const buckets = (given: Case, seed = "some"): Bucket[] => [...new World(seed, given).release(40)];

  it("is the same for a copy that is taken at any bucket, and a copy changes nothing", () => {
    const series = buckets({ sharedSwing: 0.2, ...times(1.5) });
    // Which part of the swings the versions share is learnt meanwhile.
    const swinging = latencyPastOf(new World("swinging", { ownSwing: 0.2 }).past(), 10_000);
    const whole = new LatencyJudgement(0.01, { past: swinging, bucketMs: 10_000 });
    let copied = new LatencyJudgement(0.01, { past: swinging, bucketMs: 10_000 });
    for (const bucket of series) {
      whole.add(bucket);
      const copy = copied.copy();
      copied.add({ ...bucket, new: bucket.old });
      copy.add(bucket);
      copied = copy;
    }
    assert.ok(whole.verdict.evidence > 0);
    assert.deepEqual(copied.verdict, whole.verdict);
  });

  it("is made of settled buckets alone", () => {
    const judgement = new LatencyJudgement(0.01, knowledge);
    for (const bucket of buckets(times(2))) judgement.add(bucket, { isSettled: false });
    assert.equal(judgement.verdict.evidence, 0);
  });

  it("says since when requests have taken longer", () => {
    const judgement = new LatencyJudgement(0.01, knowledge);
    const series = buckets({ ...times(2), from: 20 });
    for (const bucket of series) judgement.add(bucket);
    const { violated, bound, trouble } = judgement.verdict;
    assert.deepEqual([violated, bound, trouble?.since], [true, "slower", 200_000]);
    assert.deepEqual(trouble && { new: trouble.new, old: trouble.old }, servedSince(series, 200_000));
  });

  it("says nothing of a time in which one version alone has served", () => {
    const judgement = new LatencyJudgement(0.01, knowledge);
    for (const bucket of buckets(times(2))) judgement.add({ ...bucket, old: noCounts });
    assert.equal(judgement.verdict.evidence, 0);
  });

  it("takes counts that are none for proof", () => {
    const judgement = new LatencyJudgement(0.01, knowledge);
    const [first, second] = buckets({});
    assert.ok(first && second);
    judgement.add({ ...first, new: { ...first.new, latencies: [NaN] } });
    judgement.add(second);
    assert.equal(judgement.verdict.violated, true);
  });

  it("judges by what is assumed where the old version has hardly served before", () => {
    const few = new World("few", {}).past().map((counts, at) => (at < 331 ? noCounts : counts));
    assert.deepEqual(latencyPastOf(few, 10_000), unknownPast);
    const judgement = new LatencyJudgement(0.01, { past: unknownPast, bucketMs: 10_000 });
    for (const bucket of buckets(times(2))) judgement.add(bucket);
    assert.equal(judgement.verdict.violated, true);
  });
});

describe("the bins of latencies", () => {
  it("go up to their edge, in whole milliseconds", () => {
    const edges = edgesOf("wallTime");
    assert.deepEqual([edges.length, edges[0], edges.at(-1)], [binCount - 1, 10, 5000]);
    assert.deepEqual(
      [10, 11, 5000, 5001].map((ms) => binOf(ms, edges)),
      [0, 1, 18, 19],
    );
    assert.deepEqual([edgesOf("cpuTime")[0], edgesOf("cpuTime").at(-1)], [1, 500]);
  });

  it("have edges for the new version that rounded times pass only if they are longer by the tolerance", () => {
    for (const of of ["wallTime", "cpuTime"] as const) {
      for (const tolerance of [1, 1.01, 1.2, 1.5, 11]) {
        const shifted = edgesOf(of, tolerance);
        edgesOf(of).forEach((edge, index) => {
          // The shortest time that is above the edge however it was rounded down, and the longest below it.
          const above = (shifted[index] ?? 0) + 1;
          assert.ok(
            above >= tolerance * (edge + 1) - 1e-9,
            `${above} ms of ${of} at ${edge} and ${tolerance}`,
          );
          assert.ok(above < tolerance * (edge + 1) + 1, `${above} ms of ${of} at ${edge} and ${tolerance}`);
        });
      }
    }
  });

  it("are added like all counts", () => {
    const some = { valid: 2, bad: 0, latencies: [1, 1] };
    assert.deepEqual(add(some, some), { valid: 4, bad: 0, latencies: [2, 2] });
    assert.deepEqual(add(noCounts, some), some);
    assert.deepEqual(add(some, noCounts), some);
    assert.deepEqual([above(0, some.latencies), totalOf(some.latencies)], [1, 2]);
  });
});

describe("the gap between latencies", () => {
  const sli = { kind: "slower", of: "wallTime", tolerance: 1.2 } as const;
  const bins = (...counted: [bin: number, requests: number][]): number[] =>
    Array.from({ length: binCount }, (_, at) => counted.find(([bin]) => bin === at)?.[1] ?? 0);
  const counts = (latencies: number[]) => ({ valid: totalOf(latencies), bad: 0, latencies });

  it("is shown where it is clearest", () => {
    const served = { new: counts(bins([2, 40], [6, 60])), old: counts(bins([2, 900], [6, 100])) };
    const gap = gapIn(sli, served);
    assert.deepEqual(gap.served, { new: { valid: 100, bad: 60 }, old: { valid: 1000, bad: 100 } });
    assert.equal(gap.oldMs, edgesOf("wallTime")[2]);
    assert.equal(gap.newMs, edgesOf("wallTime", 1.2)[2]);
  });

  it("is shown at the old version's median if the new one is not slower", () => {
    const served = { new: counts(bins([2, 99], [6, 1])), old: counts(bins([2, 500], [6, 490], [12, 10])) };
    assert.equal(gapIn(sli, served).served.old.bad, 500);
  });
});
