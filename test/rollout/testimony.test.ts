import assert from "node:assert/strict";
import type { Served } from "../../provider/health/series";
import type { Gap } from "../../provider/rollout/look/gap";
import { isAskable, testimonyOn, type Finding, type Testimony } from "../../provider/rollout/look/testimony";
import type { SeriesQuery, WitnessQuery } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import { newVersion, oldVersion, request } from "./simulate";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const release: Release = {
  ...{ id: "r1", run: "r1", owner: "o", scriptName: "checkout", retry: "", plan: request().plan },
  ...{ newVersionId: newVersion, oldVersionId: oldVersion, startedAt: 0 },
};

const served = (fresh: number, old: number): Served => ({
  new: { valid: fresh, bad: 0 },
  old: { valid: old, bad: 0 },
});

/** A gap since an hour after the begin of time, in which a request a second is usual. */
const gap: Gap = { of: "both", since: hour, perMs: 1 / second, burst: 1 };

interface Given {
  readonly gap?: Partial<Gap>;
  readonly afterMs?: number;
  /** What the telemetry shows of the time before the gap, and within it. */
  readonly rows?: readonly [before: Served, within: Served];
  /** What the metrics have counted before the gap, within it, and of that what is sure to be complete. */
  readonly counted?: readonly Served[];
  /** When the telemetry shows something within the gap. */
  readonly shownAt?: number;
  /** What was known before. */
  readonly known?: Testimony;
}

async function testimony({ gap: changes, afterMs = 5 * minute, rows, counted, known, shownAt }: Given) {
  const [before, within] = rows ?? [served(0, 1800), served(0, 0)];
  const asked: { read?: SeriesQuery; count?: WitnessQuery } = {};
  const ports: Parameters<typeof testimonyOn>[3] = {
    telemetry: {
      read: (query) => {
        asked.read = query;
        return Promise.resolve([
          [
            { start: hour - 10 * minute, ...before },
            { start: shownAt ?? hour + 10 * second, ...within },
          ],
        ]);
      },
      readiness: () => Promise.resolve({ blindBecause: undefined, warnings: [] }),
    },
    witness: {
      count: (query) => {
        asked.count = query;
        return Promise.resolve(counted ?? [served(0, 1800), served(0, 0), served(0, 0)]);
      },
    },
  };
  const given = await testimonyOn({ ...gap, ...changes }, hour + afterMs, release, ports, known);
  return { ...given, asked };
}

const findings = async (given: Given) => (await testimony(given)).finding;

describe("what is known of a gap", () => {
  it("comes from the half hour before it, and from what each source has by now", async () => {
    const { asked, until, witnessed, askedAt } = await testimony({});
    const { from, to, bucketMs } = asked.read ?? {};
    assert.deepEqual([from, to, bucketMs], [hour - 30 * minute, hour + 5 * minute, 10 * second]);
    assert.deepEqual(asked.count?.spans, [
      { from: hour - 30 * minute, to: hour },
      { from: hour, to: hour + 5 * minute - 90 * second },
      { from: hour, to: hour + 3 * minute },
    ]);
    assert.deepEqual([askedAt, until], [hour + 5 * minute, hour + 3 * minute]);
    assert.deepEqual(witnessed, { from: hour, to: hour + 3 * minute, ...served(0, 0) });
  });

  it("holds what the metrics have counted: all of it where some is missing", async () => {
    const counted = [served(0, 1800), served(4, 20), served(0, 0)];
    const { witnessed } = await testimony({ counted });
    assert.deepEqual(witnessed, { from: hour, to: hour + 210 * second, ...served(4, 20) });
  });

  it("is that they are not recorded, once a dozen are missing", async () => {
    const missing = (count: number) => [served(0, 1800), served(4, count - 4), served(0, 0)];
    assert.equal(await findings({ counted: missing(12) }), "unrecorded");
    assert.equal(await findings({ counted: missing(11) }), "unserved");
  });

  it("is that nothing is missing where one in ten is recorded and a hundred were not", async () => {
    const sampled = (within: number, settled: number): Given => ({
      rows: [served(0, 180), served(0, 0)],
      counted: [served(0, 1800), served(0, within), served(0, settled)],
    });
    assert.equal(await findings(sampled(120, 100)), "unrecorded");
    assert.equal(await findings(sampled(110, 9)), "unserved");
    assert.equal(await findings(sampled(110, 10)), "unknown");
  });

  it("is not that nobody came before that would be no chance", async () => {
    assert.equal(await findings({ afterMs: 2 * minute + 4 * second }), "unknown");
    assert.equal(await findings({ afterMs: 2 * minute + 5 * second }), "unserved");
    assert.equal(await findings({ gap: { burst: 10 }, afterMs: 2 * minute + 45 * second }), "unknown");
    assert.equal(await findings({ gap: { burst: 10 }, afterMs: 2 * minute + 46 * second }), "unserved");
  });

  it("is nothing where one of the sources had nothing before either", async () => {
    const none = [served(0, 0), served(0, 0)] as const;
    assert.equal(await findings({ rows: none }), "unknown");
    assert.equal(await findings({ counted: [...none, served(0, 0)] }), "unknown");
  });

  it("of one version goes by what that one served", async () => {
    const shares = [served(0, 1800), served(0, 500), served(0, 400)];
    const rows = [served(0, 1800), served(0, 500)] as const;
    assert.equal(await findings({ gap: { of: "new" }, rows, counted: shares }), "unserved");
    const both = [served(0, 1800), served(50, 450), served(40, 360)];
    assert.equal(await findings({ gap: { of: "new" }, rows, counted: both }), "unrecorded");
  });

  it("is that the telemetry works where that shows another invocation, and then costs no more", async () => {
    const rows = [served(0, 1800), served(0, 1)] as const;
    const shownAt = hour + 200 * second;
    const { finding, asked, witnessed, until } = await testimony({ rows, shownAt });
    assert.deepEqual([finding, witnessed, asked.count], ["unserved", undefined, undefined]);
    assert.equal(until, hour + 210 * second);
  });

  it("allows for other invocations that are recorded within it", async () => {
    const found = (recorded: number, within: number, settled = within): Promise<Finding> =>
      findings({
        rows: [served(0, 1800), served(0, recorded)],
        counted: [served(0, 1800), served(0, within), served(0, settled)],
      });
    // A cron every minute, until nothing is recorded any more and visitors come back.
    assert.equal(await found(3, 3), "unserved");
    assert.equal(await found(3, 24, 3), "unrecorded");
    assert.equal(await found(3, 12, 3), "unserved");
    assert.equal(await found(3, 12), "unknown");
    // As many as should be there, but for chance.
    assert.equal(await found(1000, 1063), "unserved");
    assert.equal(await found(1000, 1200), "unrecorded");
  });

  it("is asked for when something in it should be recorded", () => {
    assert.equal(isAskable(gap, hour + 90 * second), false);
    assert.equal(isAskable(gap, hour + 100 * second), true);
  });

  it("is compared with what was recorded before it began, however long it lasts", async () => {
    const known = await testimony({ rows: [served(0, 900), served(0, 0)] });
    assert.deepEqual([known.ratio, known.since], [0.5, hour]);
    const none = served(0, 0);
    const later = { gap: { since: 3 * hour }, afterMs: 3 * hour, rows: [none, none], known } as const;
    const nobody = await testimony({ ...later, counted: [none, none, none] });
    assert.deepEqual([nobody.finding, nobody.ratio, nobody.since], ["unserved", 0.5, hour]);
    assert.equal(await findings({ ...later, counted: [none, served(0, 24), none] }), "unrecorded");
    assert.equal(await findings({ ...later, counted: [none, served(0, 23), none] }), "unserved");
  });
});
