import assert from "node:assert/strict";
import { edgesOf } from "../../provider/health/latencyBins";
import { noBaseline } from "../../provider/health/past";
import type { Slo } from "../../provider/plan/types";
import type { Series } from "../../provider/health/series";
import {
  assess,
  assessStages,
  keptMs,
  levelOf,
  limitOf,
  limitUsage,
  settle,
} from "../../provider/rollout/look/assess";
import { stageReports, type StageReport } from "../../provider/rollout/report";
import type { Observation } from "../../provider/rollout/look/observation";
import { answered } from "../../provider/rollout/look/source";
import { awaiting, beginsBefore, entered, stagesSoFar } from "../../provider/rollout/state";
import {
  aRelease,
  began,
  failure,
  minute,
  observation,
  slos,
  soaking,
  starting,
  waiting,
} from "./situations";

const noBucket = { valid: 0, bad: 0 };
const served = { new: { valid: 200, bad: 4 }, old: { valid: 400, bad: 2 } };

/** Ten seconds of traffic from `at` milliseconds after the begin. */
function bucket(at: number, bad = 0, valid = 100): Series[number] {
  return { start: began + at, new: { valid, bad }, old: { valid: 300, bad: 1 } };
}

describe("the level of an SLO", () => {
  const levels = (...given: Slo[]): number[] => {
    const { plan } = aRelease({ slos: given, confidence: 0.9 });
    return plan.slos.map((slo) => Number(levelOf(slo, plan).toFixed(6)));
  };
  const max: Slo = { sli: "serverErrors", max: 0.01 };
  const both: Slo = { name: "b", sli: "exceptions", max: 0.01, maxIncrease: 2 };
  const observing: Slo = { name: "o", sli: "exceptions", max: 0.01, maxIncrease: 2, observeOnly: true };

  it("is all that the release may be wrong where there is no other", () => {
    assert.deepEqual(levels(max), [0.1]);
  });
  it("is an equal part of it for each bound where there are others", () => {
    assert.deepEqual(levels(max, both), [0.033333, 0.066667]);
  });
  it("is not made smaller by an SLO that only observes", () => {
    assert.deepEqual(levels(max, observing), [0.1, 0.1]);
  });
});

describe("the limit of an SLO", () => {
  const unserved = { ...served, old: noBucket };

  it("is the ceiling, the old version's share times the increase, or the smaller of both", () => {
    assert.equal(limitOf({ max: 0.01 }, served), 0.01);
    assert.equal(limitOf({ maxIncrease: 3 }, served), 0.015);
    assert.equal(limitOf({ max: 0.01, maxIncrease: 3 }, served), 0.01);
    assert.equal(limitOf({ max: 0.02, maxIncrease: 3 }, served), 0.015);
    assert.equal(limitOf({ maxIncrease: 3 }, unserved), undefined);
    assert.equal(limitOf({ max: 0.02, maxIncrease: 3 }, unserved), 0.02);
  });

  it("is used up by what was measured as a part of it, of the bound that is closer", () => {
    assert.equal(limitUsage({ max: 0.04 }, served), 0.5);
    assert.equal(limitUsage({ maxIncrease: 8 }, served), 0.5);
    assert.equal(limitUsage({ max: 0.04, maxIncrease: 5 }, served), 0.8);
    assert.equal(limitUsage({ max: 0.02, maxIncrease: 8 }, served), 1);
    assert.equal(limitUsage({ maxIncrease: 8 }, unserved), 0);
    assert.equal(limitUsage({ max: 0, maxIncrease: 8 }, { ...served, new: { valid: 9, bad: 0 } }), 0);
    assert.equal(limitUsage({ maxIncrease: 8 }, { ...served, old: { valid: 10, bad: 0 } }), Infinity);
  });
});

describe("what is known of an SLO in a stage", () => {
  const release = aRelease();
  const now = began + 6 * minute;
  const second = soaking({
    ...{ stage: 1, since: began + 5 * minute },
    past: [{ stage: 0, startedAt: began, endedAt: began + 5 * minute }],
  });
  const series = [bucket(0, 1), bucket(10_000), bucket(5 * minute - 10_000, 2), bucket(5 * minute, 40)];
  const seen = observation(release, now, { series: [series, []] });

  it("is what was served in it, beside the verdict on all that was served since the release began", () => {
    const [fiveXx, slow] = assess(release, second, seen);
    assert.deepEqual(fiveXx?.served.new, { valid: 100, bad: 40 });
    assert.deepEqual(fiveXx.served.old, { valid: 300, bad: 1 });
    assert.deepEqual([fiveXx.slo.name, slow?.slo.name], ["5xx", "slow"]);
    assert.equal(fiveXx.verdict.violated, true);
    assert.deepEqual(slow?.served, { new: noBucket, old: noBucket });
    assert.equal(slow.soak.result, "insufficient");
  });

  it("is that of the last stage, however many there were", () => {
    const past = [...second.past, { stage: 1, startedAt: second.since, endedAt: now - 20_000 }];
    const third = soaking({ stage: 2, since: now - 20_000, past });
    const at = observation(release, now, { series: [[...series, bucket(6 * minute - 20_000, 7)], []] });
    assert.deepEqual(assess(release, third, at)[0]?.served.new, { valid: 100, bad: 7 });
  });

  it("is told for each stage, with the verdict at its end", () => {
    const [first, latter] = assessStages(release, second, seen, now);
    assert.deepEqual(first?.[0]?.served.new, { valid: 300, bad: 3 });
    assert.deepEqual([first[0].verdict.violated, first[0].soak.result], [false, "healthy"]);
    assert.deepEqual(latter?.[0]?.served.new, { valid: 100, bad: 40 });
    assert.equal(latter[0].verdict.violated, true);
  });

  it("leaves what was served in the warm-up to the report, and does not judge it", () => {
    const warm = aRelease({ warmUp: "30s" });
    const cold = [
      bucket(0, 50),
      bucket(20_000, 50),
      bucket(30_000),
      bucket(5 * minute - 10_000),
      bucket(5 * minute, 50),
    ];
    const [[first] = [], [latter] = []] = assessStages(
      warm,
      second,
      observation(warm, now, { series: [cold, []] }),
      now,
    );
    assert.deepEqual(first?.served.new, { valid: 400, bad: 100 });
    assert.deepEqual(first.soak.served.new, { valid: 200, bad: 0 });
    assert.deepEqual(latter?.soak.served.new, noBucket);
    assert.deepEqual([first.verdict.violated, latter.verdict.violated], [false, false]);
  });

  it("needs as many requests as the plan says, none at 0 %, and one of probes everywhere", () => {
    const stages = [
      { percent: 0, soakTime: "5m" },
      { percent: 100, soakTime: "5m" },
    ];
    const probed = aRelease({
      ...{ stages, minRequests: 100, probes: [{ path: "/health" }] },
      slos: [...slos.slice(0, 1), { sli: "probes", max: 0.1 }],
    });
    const results = (stage: number, valid: number): unknown[] => {
      const at = observation(probed, now, { series: [[bucket(0, 0, valid)], [bucket(0, 0, valid)]] });
      return assess(probed, soaking({ stage }), at).map(({ soak }) => soak.result);
    };
    assert.deepEqual(results(0, 0), ["healthy", "insufficient"]);
    assert.deepEqual(results(0, 1), ["healthy", "healthy"]);
    assert.deepEqual(results(1, 99), ["insufficient", "healthy"]);
    assert.deepEqual(results(1, 100), ["healthy", "healthy"]);
  });

  it("is judged by how the bad events of the old version were dispersed before", () => {
    const bursts = [bucket(0, 4), bucket(10_000, 4)];
    const evidence = (clusters: number): number => {
      const baselines = [{ ...noBaseline, dispersion: { clusters, wander: 0 } }, noBaseline];
      const at = observation(release, now, { series: [bursts, bursts], baselines });
      return assess(release, soaking(), at)[0]?.verdict.evidence ?? 0;
    };
    assert.ok(evidence(0) > 2 * evidence(9), `${evidence(0)} ${evidence(9)}`);
  });

  it("is doubtful by what its own length makes of the swings of the old version", () => {
    // A swing of some seconds is next to nothing over minutes, and everything over a moment.
    const baselines = [{ ...noBaseline, dispersion: { clusters: 0, wander: 20_000 } }, noBaseline];
    const over = Array.from({ length: 30 }, (_, at) => bucket(at * 10_000, 2));
    const at = observation(release, began + 5 * minute, { series: [over, over], baselines });
    assert.equal(assess(release, soaking(), at)[0]?.soak.result, "unsure");
  });

  it("counts what the new version should have served as good, as long as it may still arrive", () => {
    const usual = { valid: 0.04, bad: 0.0004 };
    const early = observation(release, began + 20_000, {
      series: [[bucket(0, 5, 5), bucket(10_000, 5, 5)], []],
    });
    const evidence = (baselines: Observation["baselines"]): number =>
      assess(release, soaking(), { ...early, baselines })[0]?.verdict.evidence ?? 0;
    const [known, unknown] = [
      evidence([{ ...noBaseline, perMs: usual }, noBaseline]),
      evidence([noBaseline, noBaseline]),
    ];
    // A quarter of 400 requests: 10 of 100 are bad, and not all of 10.
    assert.ok(known > 5 && known < unknown - 10, `${known} ${unknown}`);
  });

  const bins = (requests: number, at: number): number[] =>
    Array.from({ length: edgesOf("wallTime").length + 1 }, (_, bin) => (bin === at ? requests : 0));
  for (const slo of [
    { sli: "serverErrors", max: 0.01 },
    { sli: "wallTime", slower: "20%" },
  ] satisfies Slo[]) {
    it(`is judged by how long the plan is to take, of ${slo.sli}: trouble may begin at any time`, () => {
      const at = (start: number, bad: number, bin: number): Series[number] => ({
        start: began + start,
        new: { valid: 100, bad, latencies: bins(100, bin) },
        old: { valid: 300, bad: 1, latencies: bins(300, 4) },
      });
      const late = Array.from({ length: 72 }, (_, count) =>
        count < 60 ? at(count * 10_000, 0, 4) : at(count * 10_000, 10, 12),
      );
      const usual = { ...noBaseline, perMs: { valid: 0.04, bad: 0.0001 } };
      const evidence = (soakTime: string): number => {
        const long = aRelease({
          stages: [
            { percent: 25, soakTime },
            { percent: 100, soakTime },
          ],
          slos: [slo],
        });
        const seen = observation(long, began + 15 * minute, { series: [late], baselines: [usual] });
        return assess(long, soaking(), seen)[0]?.verdict.evidence ?? 0;
      };
      assert.ok(evidence("10m") > evidence("100h") + 0.1, `${evidence("10m")} ${evidence("100h")}`);
    });
  }

  it("serves a wrong share only by what is settled: slow requests of one version show late", () => {
    const usual = { ...noBaseline, perMs: { valid: 0.2, bad: 0 } };
    const unserved = Array.from({ length: 12 }, (_, at) => ({
      ...{ start: began + at * 10_000, new: noBucket },
      old: { valid: 2000, bad: 0 },
    }));
    const found = (after: number) => {
      const at = observation(release, began + after, {
        series: [unserved, []],
        baselines: [usual, noBaseline],
      });
      return assess(release, soaking(), at)[0]?.wrongShare;
    };
    assert.equal(found(2 * minute), undefined);
    assert.notEqual(found(5 * minute), undefined);
  });

  it("is not taken to have served anything before its first split", () => {
    const usual = { ...noBaseline, perMs: { valid: 0.04, bad: 0.0004 } };
    const state = soaking({ since: began + 20_000 });
    const unserved = { start: began, new: noBucket, old: { valid: 400, bad: 4 } };
    const evidence = (...series: Series): number => {
      const at = observation(release, began + 40_000, {
        series: [series, []],
        baselines: [usual, noBaseline],
      });
      return assess(release, state, at)[0]?.verdict.evidence ?? 0;
    };
    const [before, within] = [evidence(unserved, bucket(20_000, 9)), evidence(bucket(20_000, 9))];
    assert.ok(before >= within, `${before} ${within}`);
  });

  it("is nothing before the first split", () => {
    const [known] = assess(release, starting(), observation(release, now));
    assert.deepEqual(known?.served, { new: noBucket, old: noBucket });
    assert.deepEqual(assessStages(release, starting(), observation(release, now), now), []);
  });
});

describe("buckets are taken into tallies", () => {
  const release = aRelease();
  const at = began + 2 * keptMs;
  const all = [bucket(0), bucket(keptMs - 10_000), bucket(keptMs)];
  const seen = observation(release, at, { series: [all, []], baselines: [noBaseline, noBaseline] });
  const kept = (changes: Parameters<typeof observation>[2], state = soaking()): number | undefined =>
    settle(release, state, { ...seen, ...changes }).series[0]?.length;

  it("an hour after they were seen", () => {
    assert.equal(kept({}), 1);
    assert.equal(kept({ seenUntil: at - 1 }), 2);
    const settled = settle(release, soaking(), seen);
    assert.equal(settled.settledUntil, at - keptMs);
    assert.deepEqual(
      settled.settled?.map((tally) => tally.in(0).served.new.valid),
      [200, 0],
    );
  });

  it("and only where the deployments were read since", () => {
    assert.equal(kept({ deployments: answered(began + 10_000 + 9999) }), 3);
    assert.equal(kept({ deployments: answered(began + 10_000 + 10_000) }), 2);
  });

  it("not before it is known how bad events are dispersed, nor while a write is lost", () => {
    assert.equal(kept({ baselines: undefined }), 3);
    assert.equal(kept({}, soaking({ failure: failure({ lostAt: began }) })), 3);
    assert.equal(kept({}, soaking({ failure: failure() })), 1);
  });

  it("not where there is nothing to take", () => {
    const empty = { ...seen, series: [[], []] };
    assert.equal(settle(release, soaking(), empty), empty);
    const young = { ...seen, series: [all.slice(2), []] };
    assert.equal(settle(release, soaking(), young), young);
  });
});

describe("the report of a stage", () => {
  const release = aRelease({
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.05, maxIncrease: 2, observeOnly: true },
      ...slos.slice(1),
    ],
  });
  const now = began + 3 * minute;
  const told = (series: Series): StageReport | undefined => {
    const seen = observation(release, now, { series: [series, []] });
    const [stage] = stageReports(release, soaking(), seen, now);
    return stage && { ...stage, slos: stage.slos.slice(0, 1) };
  };

  it("has all that was measured, what was allowed and the verdict", () => {
    const report = told([{ start: began, new: { valid: 300, bad: 1 }, old: { valid: 300, bad: 2 } }]);
    assert.deepEqual(report, {
      ...{ percent: 25, startedAt: "2030-01-01T06:00:00.000Z", endedAt: "2030-01-01T06:03:00.000Z" },
      slos: [
        {
          ...{ name: "5xx", bad: 1, valid: 300, measured: 0.003333, oldMeasured: 0.006667, limit: 0.01333 },
          ...{ evidence: report?.slos[0]?.evidence, verdict: "healthy", observeOnly: true },
        },
      ],
    });
    assert.ok((report.slos[0]?.evidence ?? 1) < 1);
  });

  it("says violated, and how strong the evidence is, at most 1000", () => {
    const report = told([{ start: began, new: { valid: 300, bad: 300 }, old: { valid: 300, bad: 0 } }]);
    assert.equal(report?.slos[0]?.verdict, "violated");
    assert.ok(report.slos[0].evidence > 1 && report.slos[0].evidence <= 1000);
  });

  it("has no share of an old version that served nothing", () => {
    const [slo] = told([{ start: began, new: { valid: 300, bad: 1 }, old: noBucket }])?.slos ?? [];
    assert.ok(slo && !("oldMeasured" in slo));
    assert.equal(slo.limit, 0.05);
  });
});

describe("where a release stands", () => {
  const past = [{ stage: 0, startedAt: began, endedAt: began + 5 * minute }];
  const second = soaking({ stage: 1, since: began + 5 * minute, past });

  it("is in a stage that has not ended, after those that have", () => {
    const current = { stage: 1, startedAt: began + 5 * minute, endedAt: began + 7 * minute };
    assert.deepEqual(stagesSoFar(second, began + 7 * minute), [...past, current]);
    assert.deepEqual(stagesSoFar(starting({ past })), past);
    assert.deepEqual(beginsBefore(second, 2), [began, began + 5 * minute]);
    assert.deepEqual(beginsBefore(starting({ past }), 1), [began]);
  });

  it("is since its soak in a stage that waits", () => {
    const [current] = stagesSoFar(waiting(), began + 20 * minute);
    assert.deepEqual(current, { stage: 1, startedAt: began, endedAt: began + 20 * minute });
  });

  it("moves on with a deployment", () => {
    const next = entered(second, 2, "d", began + 15 * minute);
    const over = { stage: 1, startedAt: began + 5 * minute, endedAt: began + 15 * minute };
    assert.deepEqual(
      next,
      soaking({ stage: 2, since: began + 15 * minute, past: [...past, over], deploymentId: "d" }),
    );
    assert.deepEqual(
      entered(starting({ failure: failure() }), 0, "d", began),
      soaking({ deploymentId: "d" }),
    );
    const waits = awaiting(second, "d", began + 15 * minute);
    const times = { since: began + 15 * minute, soakedSince: began + 5 * minute };
    assert.deepEqual(waits, waiting({ ...times, past, deploymentId: "d" }));
  });
});
