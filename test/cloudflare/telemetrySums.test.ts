import assert from "node:assert/strict";
import { countAnswer } from "../../provider/cloudflare/telemetryAnswer";
import { isExplainedBy, mismatchIn, unlistedIn } from "../../provider/cloudflare/telemetrySums";

const timeframe = { from: 0, to: 50_000, bucketMs: 10_000 };

/** An answer whose aggregates say `total`, and whose series lists these buckets. */
function answer(total: number | undefined, buckets: Record<number, number>, abr = 1) {
  const cell = (value: number) => ({ value, sampleInterval: 1, groups: [] });
  const series = Object.entries(buckets).map(([time, value]) => ({
    time: new Date(Number(time)).toISOString(),
    data: value === 0 ? [] : [cell(value)],
  }));
  const aggregates = total === undefined ? undefined : [cell(total)];
  return countAnswer.parse({ statistics: { abr_level: abr }, calculations: [{ aggregates, series }] });
}

const listed = { 10_000: 100, 20_000: 100, 30_000: 100, 40_000: 50 };
const nothing = new Map<number, number>();
const first = (events: number) => new Map([[0, events]]);

describe("the sums of an answer", () => {
  const cases: [string, Parameters<typeof mismatchIn>, boolean][] = [
    ["agree", [answer(350, listed), timeframe, nothing], true],
    [
      "agree with what the unlisted bucket is known to hold",
      [answer(430, listed), timeframe, first(80)],
      true,
    ],
    ["agree where the aggregates leave that out too", [answer(350, listed), timeframe, first(80)], true],
    ["differ by something else", [answer(600, listed), timeframe, first(80)], false],
    [
      "cannot be compared while nobody knows the unlisted bucket",
      [answer(430, listed), timeframe, nothing],
      true,
    ],
    ["differ where the series has more", [answer(300, listed), timeframe, nothing], false],
    ["differ where all buckets are listed", [answer(430, { 0: 0, ...listed }), timeframe, nothing], false],
    ["differ where nothing is listed", [answer(430, {}), timeframe, nothing], false],
    ["agree but for what arrived meanwhile", [answer(353, { 0: 0, ...listed }), timeframe, nothing], true],
    ["agree on nothing", [answer(0, {}), timeframe, nothing], true],
    ["cannot be compared without aggregates", [answer(undefined, listed), timeframe, nothing], true],
    [
      "cannot be compared where each answer reads another part",
      [answer(600, listed, 4), timeframe, first(80)],
      true,
    ],
  ];
  for (const [what, given, agrees] of cases) {
    it(what, () => {
      assert.equal(mismatchIn(...given) === undefined, agrees);
    });
  }

  it("are told when they differ", () => {
    assert.deepEqual(mismatchIn(answer(600, listed), timeframe, first(80)), { series: 350, aggregates: 600 });
  });

  it("are explained by what has come late into the unlisted buckets, and by no less", () => {
    const mismatch = { series: 350, aggregates: 600 };
    assert.deepEqual(
      [0, 80, 243, 244, 250, 300].map((unlisted) => isExplainedBy(unlisted, mismatch)),
      [false, false, false, true, true, true],
    );
    assert.equal(isExplainedBy(100, { series: 600, aggregates: 350 }), false, "the series has more");
  });

  it("lack the buckets before the first that is listed", () => {
    assert.deepEqual(unlistedIn(answer(350, listed), timeframe), { from: 0, to: 10_000, bucketMs: 10_000 });
    assert.equal(unlistedIn(answer(350, { 0: 0, ...listed }), timeframe), undefined);
    assert.deepEqual(unlistedIn(answer(350, {}), timeframe), timeframe);
  });
});
