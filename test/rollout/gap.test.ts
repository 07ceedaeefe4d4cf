import assert from "node:assert/strict";
import { gapIn, recordedAfterMs, type Gap } from "../../provider/rollout/look/gap";
import type { Bucket, Series } from "../../provider/health/series";
import type { Deployment } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import { newVersion, oldVersion, request } from "./simulate";

const second = 1000;
const minute = 60 * second;
const { plan } = request();

const release: Release = {
  ...{ id: "r1", run: "r1", owner: "o", scriptName: "checkout", retry: "", plan },
  ...{ newVersionId: newVersion, oldVersionId: oldVersion, startedAt: 0 },
};

/** The new version has a share of the traffic since a time. */
function deployed(percent: number, createdAt = 0): Deployment {
  const split = [
    { versionId: oldVersion, percent: 100 - percent },
    { versionId: newVersion, percent },
  ];
  const nothing = { record: undefined, isUnproven: false, message: "", author: "", byUpload: false };
  return { id: "d", createdAt, createdOn: "", split, ...nothing };
}

/** Buckets of 10 s from a time until another, each with as many requests of both versions. */
function served(from: number, to: number, fresh: number, old: number): Series {
  const counts = { new: { valid: fresh, bad: 0 }, old: { valid: old, bad: 0 } };
  return Array.from({ length: (to - from) / (10 * second) }, (_, index): Bucket => {
    return { start: from + index * 10 * second, ...counts };
  });
}

const rate = { perMs: 0.01, burst: 1 };

function gap(series: Series, active: Deployment | undefined, now: number, of: Partial<Release> = {}) {
  return gapIn({ ...release, ...of }, { active, series, quiet: "normal", rate, now });
}

const since = (of: Gap["of"], time: number) => ({ of, since: time });
const found = (one: Gap | undefined) => one && { of: one.of, since: one.since };

describe("a gap of both versions", () => {
  const quiet = { active: deployed(10), rate, now: 10 * minute };

  it("begins after the last bucket in which any of them served", () => {
    for (const [fresh, old] of [
      [1, 0],
      [0, 1],
    ] as const) {
      const series = [...served(0, 5 * minute, 1, 9), ...served(5 * minute, 6 * minute, fresh, old)];
      for (const kind of ["suspect", "silent"] as const) {
        assert.deepEqual(gapIn(release, { ...quiet, series, quiet: kind }), {
          ...{ of: "both", since: 6 * minute },
          ...rate,
        });
      }
    }
  });

  it("begins with the release where nothing was seen of it", () => {
    const late = { ...release, startedAt: 2 * minute };
    assert.equal(gapIn(late, { ...quiet, series: [], quiet: "silent" })?.since, 2 * minute);
  });

  it("is looked at for an hour back, whether or not what came before is still kept", () => {
    for (const series of [[], served(0, 5 * minute, 1, 9)]) {
      const late = { ...quiet, series, quiet: "silent" as const, now: 3 * 60 * minute };
      assert.equal(gapIn(release, late)?.since, 2 * 60 * minute);
    }
  });
});

describe("a gap of one version", () => {
  const hour = 60 * minute;

  it("begins when the split is followed everywhere, where the version has never served", () => {
    const series = served(0, hour, 0, 9);
    assert.deepEqual(found(gap(series, deployed(10, 20 * minute), hour)), since("new", 21 * minute));
    assert.deepEqual(found(gap(series, deployed(10), hour)), since("new", minute));
  });

  it("begins when it has served last, else", () => {
    const series = [...served(0, 30 * minute, 1, 9), ...served(30 * minute, hour, 0, 9)];
    assert.deepEqual(found(gap(series, deployed(10), hour)), since("new", 30 * minute));
    const other = [...served(0, 30 * minute, 1, 9), ...served(30 * minute, hour, 1, 0)];
    assert.deepEqual(found(gap(other, deployed(10), hour)), since("old", 30 * minute));
  });

  it("is looked at for an hour back", () => {
    const series = served(0, 3 * hour, 0, 9);
    assert.deepEqual(found(gap(series, deployed(10), 3 * hour)), since("new", 2 * hour));
  });

  it("should have the part of what the other served that the split says", () => {
    const series = served(0, hour, 0, 90);
    const { perMs = 0 } = gap(series, deployed(10), hour) ?? {};
    assert.ok(Math.abs(perMs - 10 / (10 * second)) < 0.0001, `${perMs}`);
    const ofOld = gap(served(0, hour, 10, 0), deployed(10), hour);
    assert.equal(ofOld?.of, "old");
    assert.ok(Math.abs(ofOld.perMs - 90 / (10 * second)) < 0.0001, `${ofOld.perMs}`);
  });

  for (const [what, given] of [
    ["both serve", gap(served(0, hour, 1, 9), deployed(10), hour)],
    ["nobody has another share than all or nothing", gap(served(0, hour, 0, 9), deployed(0), hour)],
    ["the new version serves though it has no share", gap(served(0, hour, 9, 0), deployed(0), hour)],
    ["the new version has all", gap(served(0, hour, 9, 0), deployed(100), hour)],
    ["it is not known what is deployed", gap(served(0, hour, 0, 9), undefined, hour)],
    ["there is no old version", gap(served(0, hour, 9, 0), deployed(50), hour, { oldVersionId: undefined })],
    // 0.1 % of 90 requests.
    ["so few should be there that it is chance", gap(served(0, 100 * second, 0, 9), deployed(0.1), hour)],
    [
      "the split is not everywhere yet",
      gap(served(0, hour, 0, 9), deployed(10, hour - recordedAfterMs - 50 * second), hour),
    ],
    [
      "it may not be recorded yet",
      gap(
        [...served(0, hour - recordedAfterMs, 1, 9), ...served(hour - recordedAfterMs, hour, 0, 9)],
        deployed(10),
        hour,
      ),
    ],
  ] as const) {
    it(`is none where ${what}`, () => {
      assert.equal(given, undefined);
    });
  }

  it("must be longer where requests come in bursts", () => {
    const series = served(0, 10 * minute, 0, 9);
    const shown = {
      active: deployed(10),
      series,
      quiet: "normal" as const,
      now: 10 * minute,
    };
    assert.ok(gapIn(release, { ...shown, rate: { perMs: 0.01, burst: 9 } }));
    assert.equal(gapIn(release, { ...shown, rate: { perMs: 0.01, burst: 10 } }), undefined);
  });
});
