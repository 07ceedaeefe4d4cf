import assert from "node:assert/strict";
import { noBaseline } from "../../provider/health/past";
import type { Series } from "../../provider/health/series";
import type { ReleasePlan } from "../../provider/plan/types";
import { nothingObserved, type Observation } from "../../provider/rollout/look/observation";
import { observe, observeDeployments } from "../../provider/rollout/look/observe";
import { PortError, type SeriesQuery } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import { answered } from "../../provider/rollout/look/source";
import type { Testimony } from "../../provider/rollout/look/testimony";
import { all, newVersion, oldVersion, otherVersion, quietTraffic, world, type World } from "./simulate";
import { aRelease, minute, slos } from "./situations";

const second = 1000;
const stale = "Cloudflare's list of deployments does not show the last one that is known; it may lag behind.";
const noAnswer = (retryAfterMs?: number): PortError =>
  new PortError("unavailable", "no answer", retryAfterMs);

interface Setting {
  readonly outside: World;
  readonly release: Release;
  /** Every query, but for that of the past. */
  readonly queries: SeriesQuery[];
  readonly past: SeriesQuery[];
  /** What nobody has seen yet. */
  readonly nothing: Observation;
}

/** A release that began five seconds into a bucket, `afterMs` ago. */
async function setting(
  afterMs = minute,
  plan: Partial<ReleasePlan> = {},
  changes: Partial<Release> = {},
): Promise<Setting> {
  const outside = world(quietTraffic);
  await outside.clock.sleep(5 * second);
  const release = aRelease(plan, { startedAt: outside.clock.now(), ...changes });
  const nothing = nothingObserved(release, outside.deployments.made[0], outside.clock.now(), true);
  await outside.clock.sleep(afterMs);
  const [queries, past]: [SeriesQuery[], SeriesQuery[]] = [[], []];
  const read = outside.telemetry.read.bind(outside.telemetry);
  outside.telemetry.read = (query) => {
    (query.oldVersionId === undefined ? past : queries).push(query);
    return read(query);
  };
  return { outside, release, queries, past, nothing };
}

function at(elapsed: number): number {
  return Date.UTC(2030, 0, 1) + elapsed;
}

/** A series whose last bucket begins at some time since the clock was made. */
function servedIn(...starts: number[]): Series {
  return starts.map((start) => ({ start: at(start), new: { valid: 1, bad: 0 }, old: { valid: 9, bad: 0 } }));
}

describe("before its first look a release has seen nothing", () => {
  it("of any SLO, and watches from the bucket in which it began", async () => {
    const { release, nothing } = await setting();
    const { active, ...rest } = nothing;
    assert.ok(active);
    assert.deepEqual(rest, {
      ...{ deployments: answered(at(5000)), telemetry: answered(at(5000)), series: [[], []] },
      ...{ settled: undefined, settledUntil: at(0), baselines: undefined, isReady: true, isAsBegun: true },
      ...{ seenUntil: release.startedAt, arrivedAt: at(5000), troubles: [] },
      reach: { heardAt: at(5000), cutOffs: [] },
      ...{ uploadsLeft: undefined, uploadsAt: at(5000), isOvertaken: false },
      ...{ metrics: answered(at(5000)), testimony: undefined, arrivalsPerMs: 0 },
      pace: { everyMs: 10_000, deploymentsEveryMs: 10_000 },
    });
  });
});

describe("a look", () => {
  it("shows what is deployed and what was served, and as of when", async () => {
    const { outside, release, nothing } = await setting();
    const deployed = outside.deployments.foreign(all(otherVersion));
    const seen = await observe(release, nothing, outside);
    assert.deepEqual([seen.active, seen.seenUntil, seen.troubles], [deployed, at(65_000), []]);
    assert.deepEqual([seen.deployments, seen.telemetry], [answered(at(65_000)), answered(at(65_000))]);
    assert.deepEqual(
      seen.series.map((series) => series.length),
      [7, 7],
    );
    assert.deepEqual([seen.isReady, seen.settledUntil, seen.settled], [true, at(0), undefined]);
  });

  it("asks for both versions, from the bucket in which the release began to the one that goes on", async () => {
    const { outside, release, nothing, queries } = await setting();
    await observe(release, nothing, outside);
    assert.deepEqual(queries, [
      {
        slis: [{ kind: "serverErrors" }, { kind: "wallTime", limitMs: 500 }],
        ...{ newVersionId: newVersion, oldVersionId: oldVersion, bucketMs: 10_000 },
        ...{ from: at(0), to: at(70_000) },
      },
    ]);
  });

  it("asks once how the old version's bad events were dispersed in the hour before", async () => {
    const { outside, release, nothing, past } = await setting(minute, { settleTime: "30s" });
    const seen = await observe(release, nothing, outside);
    assert.deepEqual(past, [
      {
        slis: [{ kind: "serverErrors" }, { kind: "wallTime", limitMs: 500 }],
        ...{ newVersionId: oldVersion, oldVersionId: undefined, bucketMs: 12_000 },
        ...{ from: at(-36_000 - 3_600_000), to: at(-36_000) },
      },
    ]);
    assert.equal(seen.baselines?.length, 2);
    await observe(release, seen, outside);
    assert.equal(past.length, 1);
  });

  it("of a first version takes its bad events for independent", async () => {
    const { outside, release, nothing, past } = await setting(minute, {}, { oldVersionId: undefined });
    assert.deepEqual((await observe(release, nothing, outside)).baselines, [noBaseline, noBaseline]);
    // The only query is that of the release, which has no old version either.
    assert.deepEqual(
      past.map(({ newVersionId }) => newVersionId),
      [newVersion],
    );
  });
});

describe("a look reads again what may still change", () => {
  const from = async (
    known: Partial<Observation>,
    plan: Partial<ReleasePlan> = {},
    afterMs = 2 * 60 * minute,
  ): Promise<number> => {
    const { outside, release, nothing, queries } = await setting(afterMs, plan);
    await observe(release, { ...nothing, ...known }, outside);
    return (queries[0]?.from ?? NaN) - at(0);
  };
  const hour = 60 * minute;

  it("two minutes back, where events were seen up to now", async () => {
    const series = [servedIn(hour), servedIn(hour - 10_000)];
    assert.equal(await from({ series, seenUntil: at(hour + 10_000) }), hour - 2 * minute);
  });

  it("not later than what the last answer covers", async () => {
    const series = [servedIn(hour), servedIn(hour)];
    assert.equal(await from({ series, seenUntil: at(hour - 30_000) }), hour - 2.5 * minute);
  });

  it("twice the settleTime back, where that is longer", async () => {
    const series = [servedIn(hour), servedIn(hour)];
    assert.equal(await from({ series, seenUntil: at(hour) }, { settleTime: "90s" }), hour - 3 * minute);
  });

  it("from the last events on, where none have arrived since", async () => {
    const series = [servedIn(hour - 20 * minute), servedIn(hour - 21 * minute)];
    assert.equal(await from({ series, seenUntil: at(hour) }), hour - 22 * minute);
  });

  it("half an hour at most", async () => {
    assert.equal(await from({ seenUntil: at(hour + 9000) }), hour - 30 * minute);
    assert.equal(
      await from({ seenUntil: at(hour) }, { pollInterval: "30s", maxBlindTime: "10m" }),
      hour - 30 * minute,
    );
  });

  it("no more than one query reaches", async () => {
    assert.equal(await from({ seenUntil: at(hour) }, { pollInterval: "5s" }), hour - 25 * minute);
  });

  it("nothing from before the release", async () => {
    assert.equal(await from({ seenUntil: at(minute) }, {}, 2 * minute), 0);
  });

  it("and keeps what was read before", async () => {
    const { outside, release, nothing } = await setting(10 * minute);
    const kept = servedIn(10_000, 9 * minute);
    const seen = await observe(
      release,
      { ...nothing, series: [kept, kept], seenUntil: at(10 * minute) },
      outside,
    );
    assert.deepEqual(seen.series[0]?.[0], kept[0]);
    assert.notDeepEqual(
      seen.series[0]?.find(({ start }) => start === at(9 * minute)),
      kept[1],
    );
  });
});

describe("a look that is not answered", () => {
  it("by the telemetry leaves what was seen, says so, and asks again later", async () => {
    const { outside, release, nothing } = await setting();
    outside.telemetry.fail(noAnswer());
    const known = { ...nothing, series: [servedIn(0), servedIn(0)] };
    const seen = await observe(release, known, outside);
    const { telemetry, troubles, deployments, ...rest } = seen;
    assert.deepEqual(rest, {
      ...{ active: nothing.active, series: known.series, seenUntil: nothing.seenUntil, isReady: true },
      ...{ settled: undefined, settledUntil: at(0), baselines: undefined, arrivedAt: at(5000) },
      isAsBegun: false,
      ...{ metrics: answered(at(5000)), testimony: undefined, arrivalsPerMs: 0 },
      ...{
        uploadsLeft: undefined,
        uploadsAt: at(5000),
        isOvertaken: false,
        reach: { heardAt: at(65_000), cutOffs: [] },
      },
      pace: { everyMs: 10_000, deploymentsEveryMs: 10_000 },
    });
    assert.deepEqual([troubles, deployments], [["no answer"], answered(at(65_000))]);
    assert.deepEqual(telemetry, {
      ...answered(at(5000)),
      ...{ failures: 1, trouble: "no answer", notBefore: at(65_000 + 7500) },
    });
    const reads = outside.telemetry.reads;
    await observe(release, seen, outside);
    assert.equal(outside.telemetry.reads, reads);
  });

  it("by the deployments leaves what was deployed, and says so", async () => {
    const { outside, release, nothing } = await setting();
    outside.deployments.failNext("read", noAnswer(5 * minute));
    const seen = await observe(release, nothing, outside);
    assert.deepEqual([seen.active, seen.troubles], [nothing.active, ["no answer"]]);
    assert.equal(seen.deployments.notBefore, at(65_000 + 5 * minute));
    assert.equal(seen.seenUntil, at(65_000));
    await outside.clock.sleep(5 * minute - 1);
    const { active } = outside.deployments.calls;
    await observe(release, seen, outside);
    assert.equal(outside.deployments.calls.active, active);
    await outside.clock.sleep(1);
    assert.equal((await observe(release, seen, outside)).deployments.failures, 0);
  });

  for (const [what, source] of [
    ["the deployments", "deployments"],
    ["the telemetry", "telemetry"],
  ] as const) {
    it(`by ${what} for as long as the release may be blind has failed, and the other is seen`, async () => {
      const { outside, release, nothing } = await setting();
      const never = (): Promise<never> => new Promise(() => undefined);
      if (source === "deployments") outside.deployments.active = never;
      else outside.telemetry.read = never;
      const seen = await observe(release, nothing, outside);
      assert.deepEqual(seen.troubles, ["There was no complete answer within 120 s."]);
      assert.equal(seen[source].failures, 1);
      assert.equal(seen[source === "deployments" ? "telemetry" : "deployments"].failures, 0);
    });
  }

  it("by the probes or the versions hangs nothing", async () => {
    const { outside, release, nothing } = await setting();
    outside.probes.observe = () => new Promise(() => undefined);
    outside.deployments.deployable = () => new Promise(() => undefined);
    await outside.clock.sleep(5 * minute);
    const seen = await observe(release, nothing, outside);
    assert.deepEqual(seen.troubles, ["The probes did not answer in time."]);
    assert.deepEqual([seen.deployments.failures, seen.uploadsLeft], [0, undefined]);
  });

  it("lets the clock go once it is over", async () => {
    const { outside, release, nothing } = await setting();
    await observe(release, nothing, outside);
    assert.equal(outside.clock.now(), at(65_000));
  });

  it("truly does not believe that the deployments are gone", async () => {
    const { outside, release, nothing } = await setting();
    outside.deployments.made.length = 0;
    const seen = await observe(release, nothing, outside);
    assert.deepEqual([seen.active, seen.troubles], [nothing.active, [stale]]);
    assert.deepEqual((await observeDeployments(release, nothing, outside)).troubles, [stale]);
  });

  it("is blind where the telemetry turns out to be off", async () => {
    const { outside, release, nothing } = await setting();
    outside.telemetry.blindBecause = "Observability is off.";
    const unready = { ...nothing, isReady: false };
    const seen = await observe(release, unready, outside);
    assert.deepEqual(
      [seen.troubles, seen.isReady, seen.seenUntil],
      [["Observability is off."], false, at(5000)],
    );
    assert.deepEqual((await observe(release, nothing, outside)).troubles, []);
    outside.telemetry.blindBecause = undefined;
    assert.equal((await observe(release, unready, outside)).isReady, true);
  });
});

describe("a look that shows a gap", () => {
  const known = (changes: Partial<Testimony>): Testimony => ({
    ...{ of: "both", since: at(minute), ratio: 1, finding: "unserved", witnessed: undefined },
    ...{ askedAt: at(6 * minute), until: at(5 * minute), ...changes },
  });

  /** A look six minutes after the last request, at which nobody can be asked. */
  async function look(testimony: Testimony): Promise<Observation> {
    const { outside, release, nothing } = await setting(7 * minute);
    outside.telemetry.ingestedUntil = minute;
    const usual = { perMs: 0.05, lowestPerMs: 0.05, burst: 1 };
    const baselines = [{ ...noBaseline, usual }, noBaseline];
    const series = [servedIn(50_000), servedIn(50_000)];
    const metrics = { ...answered(at(6 * minute)), notBefore: Infinity };
    const seen = await observe(release, { ...nothing, series, baselines, testimony, metrics }, outside);
    return observe(
      release,
      { ...seen, arrivedAt: at(minute), arrivalsPerMs: 0.05, testimony, metrics },
      outside,
    );
  }

  it("believes what was found of it within the last minute", async () => {
    const { telemetry, testimony, seenUntil } = await look(known({ askedAt: at(6 * minute + 30 * second) }));
    assert.deepEqual([testimony?.finding, telemetry.trouble], ["unserved", ""]);
    assert.equal(seenUntil, at(5 * minute));
  });

  it("believes nothing older, and is blind since then", async () => {
    const askedAt = at(6 * minute);
    const { telemetry } = await look(known({ askedAt }));
    assert.match(telemetry.trouble, /shows no request/);
    assert.equal(telemetry.answeredAt, askedAt);
  });

  it("believes nothing of another gap", async () => {
    const other = known({ askedAt: at(6 * minute + 30 * second), of: "new" });
    const { telemetry, testimony } = await look(other);
    assert.equal(testimony, undefined);
    assert.equal(telemetry.answeredAt, at(minute));
  });
});

describe("a look before the first split", () => {
  it("reads the deployments alone", async () => {
    const { outside, release, nothing } = await setting();
    const deployed = outside.deployments.foreign(all(otherVersion));
    const seen = await observeDeployments(release, { ...nothing, troubles: ["no answer"] }, outside);
    assert.deepEqual(seen, { ...nothing, active: deployed, deployments: answered(at(65_000)), troubles: [] });
    assert.equal(outside.telemetry.reads, 0);
  });
});

describe("the versions that can still be deployed", () => {
  it("are asked for every five minutes", async () => {
    const { outside, release, nothing } = await setting(5 * minute - 1);
    const before = await observe(release, nothing, outside);
    assert.deepEqual([before.uploadsLeft, outside.deployments.calls.deployable], [undefined, 0]);
    await outside.clock.sleep(1);
    outside.deployments.versions = ["a", "b", oldVersion];
    const seen = await observe(release, before, outside);
    assert.deepEqual([seen.uploadsLeft, seen.uploadsAt], [98, outside.clock.now()]);
    await outside.clock.sleep(minute);
    assert.equal((await observe(release, seen, outside)).uploadsLeft, 98);
    assert.equal(outside.deployments.calls.deployable, 1);
  });

  it("lack the old one after too many uploads, and are not known where nobody says", async () => {
    const { outside, release, nothing } = await setting(5 * minute);
    const left = async (versions: readonly string[]): Promise<number | undefined> => {
      outside.deployments.versions = versions;
      return (await observe(release, nothing, outside)).uploadsLeft;
    };
    assert.equal(await left([oldVersion]), 100);
    assert.equal(await left([...Array.from({ length: 99 }, String), oldVersion]), 1);
    assert.equal(await left(["a"]), 0);
    assert.equal(await left([...Array.from({ length: 120 }, String), oldVersion]), 0);
    outside.deployments.deployable = () => Promise.reject(noAnswer());
    assert.equal((await observe(release, nothing, outside)).uploadsLeft, undefined);
    outside.deployments.deployable = () => Promise.reject(new TypeError("x"));
    await assert.rejects(observe(release, nothing, outside), TypeError);
    const first = { ...release, oldVersionId: undefined };
    assert.equal((await observe(first, nothing, outside)).uploadsLeft, undefined);
  });
});

describe("a look at probes", () => {
  const plan: Partial<ReleasePlan> = {
    slos: [{ sli: "probes", max: 0.1 }, ...slos],
    probes: [{ path: "/health" }],
  };

  it("counts them in buckets of their own, and asks the telemetry for the rest", async () => {
    const { outside, release, nothing, queries } = await setting(minute, plan);
    outside.probes.answersWell = (elapsed) => elapsed < 70_000;
    const first = await observe(release, nothing, outside);
    await outside.clock.sleep(minute);
    const seen = await observe(release, first, outside);
    assert.deepEqual(
      seen.series[0]?.map((bucket) => [bucket.start - at(0), bucket.new]),
      [
        [60_000, { valid: 1, bad: 0 }],
        [120_000, { valid: 1, bad: 1 }],
      ],
    );
    assert.ok((seen.series[1]?.length ?? 0) > 5);
    assert.deepEqual(
      queries[0]?.slis.map(({ kind }) => kind),
      ["serverErrors", "wallTime"],
    );
  });

  it("leaves those to the tallies that these have", async () => {
    const { outside, release, nothing } = await setting(minute, plan);
    const kept = async (settledUntil: number): Promise<number | undefined> =>
      (await observe(release, { ...nothing, settledUntil }, { ...outside, probes })).series[0]?.length;
    const results = [{ sentAt: at(65_000), isGood: true }];
    const probes = { observe: () => Promise.resolve({ results, troubles: [] }) };
    assert.equal(await kept(at(69_999)), 1);
    assert.equal(await kept(at(70_000)), 0);
  });

  it("says which of them do not count", async () => {
    const { outside, release, nothing } = await setting(minute, plan);
    outside.probes.answersWell = () => undefined;
    outside.deployments.failNext("read", noAnswer());
    const { troubles } = await observe(release, nothing, outside);
    assert.deepEqual(troubles, ["no answer", "probe answered by another version"]);
  });

  it("does not take them for what the telemetry has shown", async () => {
    const { outside, release, nothing, queries } = await setting(2 * 60 * minute, plan);
    const [probed, old] = [servedIn(60 * minute), servedIn(50 * minute)];
    await observe(release, { ...nothing, series: [probed, old, old], seenUntil: at(60 * minute) }, outside);
    assert.equal(queries[0]?.from, at(48 * minute));
  });
});
