import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration } from "../../provider/plan/duration";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan, Slo } from "../../provider/plan/types";
import { forecastOf, forecastText } from "../../provider/preview/forecast";
import { objectiveText } from "../../provider/preview/objectiveText";

const [first, second] = ["5e08bee6-16da-49af-b80d-cfe8ade5debc", "1c5d7ecb-16da-49af-b80d-cfe8ade5debc"];
const move = { scriptName: "checkout", oldVersionId: first, newVersionId: second };

const stated: ReleasePlan = {
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { sli: "wallTime", percentile: 99, limit: "500ms" },
  ],
  defaultSlos: false,
  stages: [
    { percent: 0, soakTime: "1m" },
    { percent: 25, soakTime: "5m" },
    { percent: 50, soakTime: "10m", progression: "manual" },
    { percent: 75, soakTime: "10m" },
    { percent: 100, soakTime: "15m" },
  ],
};
const plan = planSchema.parse(stated);

describe("a release that is foretold", () => {
  const rest =
    "through 0, 25, 50 (then a person approves), 75, 100 %; at least 45m and the wait for the approval; judged by 5xx ≤ 1 % " +
    "and p99 wallTime ≤ 500ms; about 1100 requests to the API.";

  it("is told in a reviewer's words", () => {
    assert.equal(forecastText(move, plan), `checkout: version 5e08bee6 → 1c5d7ecb ${rest}`);
  });

  it("is told before it is known what serves, and what will", () => {
    assert.equal(
      forecastText({ ...move, oldVersionId: undefined, newVersionId: undefined }, plan),
      `checkout: the version that serves → one that is known only during the update ${rest} The first version of a Worker gets all traffic at once instead.`,
    );
    assert.match(
      forecastText({ ...move, scriptName: undefined }, plan),
      /^a Worker that is known only during the update: version 5e08bee6 → 1c5d7ecb through/,
    );
  });

  it("is told before its plan is known", () => {
    assert.equal(
      forecastText(move, undefined),
      "checkout: version 5e08bee6 → 1c5d7ecb by a plan that is known only during the update.",
    );
  });

  it("is none where the version serves already", () => {
    assert.equal(
      forecastText({ ...move, newVersionId: first }, plan),
      "checkout: version 5e08bee6 → 5e08bee6, which serves all traffic already: nothing is released.",
    );
  });

  it("may have one stage only, and nobody to approve it", () => {
    const short = planSchema.parse({ ...stated, stages: [{ percent: 100, soakTime: "90s" }] });
    assert.match(forecastText(move, short), /→ 1c5d7ecb in one step; at least 2m 30s; judged by/);
  });

  it("has its stages where they begin at the earliest", () => {
    const minutes = forecastOf(plan).stages.map(({ fromMs, leastMs }) => [fromMs / 60_000, leastMs / 60_000]);
    assert.deepEqual(minutes, [
      [0, 1],
      [1, 6],
      [7, 11],
      [18, 11],
      [29, 16],
    ]);
  });

  it("asks as much as its looks, its SLOs and its probes need", () => {
    const requests = (more: Partial<ReleasePlan>): number =>
      forecastOf(planSchema.parse({ ...stated, ...more })).requests;
    // 270 looks: at the deployments, the invocations, their statuses, and those over the limit.
    assert.equal(requests({}), 270 * 4 + 10 + 3 + 21 + 9);
    assert.equal(requests({ pollInterval: "1m" }), 45 * 4 + 10 + 3 + 21 + 9);
    assert.equal(requests({ slos: [{ sli: "exceptions", max: 0.01 }] }), 270 * 2 + 10 + 1 + 21 + 9);
    const probed: Slo[] = [{ sli: "probes", max: 0.1 }];
    assert.equal(requests({ slos: probed, probes: [{ path: "/" }] }), 270 * 2 + 10 + 0 + 21 + 9);
  });

  it("tells every number as the plan has it", () => {
    const percent = fc.integer({ min: 1, max: 9999 }).map((hundredths) => hundredths / 100);
    const soakMs = fc.integer({ min: 60_000, max: 100_000_000 });
    const limitMs = fc.integer({ min: 1, max: 86_400_000 });
    const max = fc.integer({ min: 1, max: 99_999 }).map((parts) => parts / 100_000);
    fc.assert(
      fc.property(percent, soakMs, limitMs, max, (share, soak, limit, bad) => {
        const given = planSchema.parse({
          defaultSlos: false,
          settleTime: "0s",
          slos: [
            { name: "5xx", sli: "serverErrors", max: bad },
            { sli: "wallTime", percentile: share, limit: `${limit}ms` },
          ],
          stages: [
            { percent: share, soakTime: `${soak}ms` },
            { percent: 100, soakTime: "1m" },
          ],
        });
        const [, told, least = "", most, percentile, slow = ""] =
          /through (\S+), 100 %; at least ([^;]+); judged by 5xx ≤ (\S+) % and p(\S+) wallTime ≤ ([^;]+);/.exec(
            forecastText(move, given),
          ) ?? [];
        assert.deepEqual(
          [Number(told), parseDuration(least), Number((Number(most) / 100).toPrecision(12))],
          [share, soak + 60_000, bad],
        );
        assert.deepEqual([Number(percentile), parseDuration(slow)], [share, limit]);
      }),
    );
  });
});

describe("an SLO, as a reviewer reads it", () => {
  const cases: [Slo, string][] = [
    [{ sli: "exceptions", maxIncrease: 1.5 }, "exceptions ≤ 1.5 × the old version's"],
    [{ sli: "exceptions", max: 0.001, maxIncrease: 2 }, "exceptions ≤ 0.1 % and ≤ 2 × the old version's"],
    [{ sli: "canceled", maxIncrease: 2 }, "canceled ≤ 2 × the old version's + 2 %"],
    [{ sli: { status: ["5xx", 429] }, max: 0.02 }, "status 5xx 429 ≤ 2 %"],
    [{ sli: "cpuTime", percentile: 99.9, limit: "1500ms" }, "p99.9 cpuTime ≤ 1.5s"],
    [{ name: "fast", sli: "wallTime", percentile: 95, limit: "2s" }, "fast: p95 wallTime ≤ 2s"],
    [
      { sli: "wallTime", percentile: 99, limit: "500ms", maxIncrease: 2 },
      "p99 wallTime ≤ 500ms, share over it ≤ 2 × the old version's",
    ],
    [
      { sli: "wallTime", limit: "500ms", maxIncrease: 2 },
      "wallTime: wallTime over 500ms ≤ 2 × the old version's",
    ],
    [
      { sli: "wallTime", slower: "12.5%" },
      "wallTime slower: wallTime at most 12.5 % longer than the old version's",
    ],
    [{ sli: "exceptions", max: 0, on: ["queue"] }, "exceptions on queue ≤ 0 %"],
    [{ sli: "wallTime", percentile: 99, limit: "1s", on: ["queue"] }, "p99 wallTime on queue ≤ 1s"],
    [{ sli: "exceptions", max: 0.01, observeOnly: true }, "exceptions ≤ 1 % (observed only)"],
  ];
  for (const [slo, expected] of cases) {
    it(`is ${expected}`, () => {
      const other: Slo = { name: "other", sli: "serverErrors", max: 0.5 };
      const [read] = planSchema.parse({ ...stated, slos: [slo, other] }).slos;
      assert.equal(read && objectiveText(read), expected);
    });
  }
});
