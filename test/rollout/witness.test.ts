import assert from "node:assert/strict";
import { PortError, type Deployment } from "../../provider/rollout/ports";
import type { ReleasePlan } from "../../provider/plan/types";
import type { Traffic } from "../fakes/telemetry";
import { all, newVersion, oldVersion, release, shares, world, type World } from "./simulate";
import { minute } from "./situations";

const second = 1000;

const plan: ReleasePlan = {
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 25, soakTime: "10m" },
    { percent: 100, soakTime: "5m" },
  ],
  maxBlindTime: "2m",
};

/** A Worker whose metrics may be read. */
function observed(traffic: Partial<Traffic> = {}): World {
  const outside = world({ requestsPerSecond: () => 50, badShare: () => 0.002, ...traffic });
  outside.witness.error = undefined;
  return outside;
}

/** Visitors who stay away from a moment on. */
const until = (end: number): Partial<Traffic> => ({
  requestsPerSecond: (elapsed) => (elapsed < end ? 50 : 0),
});

/** When the traffic was put back, in milliseconds since the world began. */
function revertedAt({ deployments, clock }: World): number {
  const [{ createdAt, split }] = deployments.made as [Deployment];
  assert.deepEqual(split, all(oldVersion));
  return createdAt - clock.start;
}

describe("telemetry that is empty, with metrics that can be asked", () => {
  it("is blind where they count requests, and tells how many", async () => {
    const outside = observed();
    outside.telemetry.ingestedUntil = 3 * minute;
    const { status, reason } = await release(outside, { plan });
    assert.equal(status, "inconclusive");
    const found =
      /nothing seen of the telemetry for 2m .* shows no request of either version, though Cloudflare's metrics have counted (\d+) of the new version and (\d+) of the old one in \d+s: the Worker is used and not recorded\./;
    assert.match(reason, found);
    const [, ofNew, ofOld] = found.exec(reason) ?? [];
    assert.ok(Number(ofNew) > 100 && Number(ofOld) > 2 * Number(ofNew), reason);
    assert.ok(revertedAt(outside) <= 5.5 * minute);
  });

  it("is blind sooner where few come: a dozen that are not recorded are enough", async () => {
    const outside = observed({ requestsPerSecond: () => 0.1 });
    outside.telemetry.ingestedUntil = 3 * minute;
    const few = { ...plan, minRequests: 1 };
    assert.match((await release(outside, { plan: few })).reason, /the Worker is used and not recorded/);
    const alone = world({ requestsPerSecond: () => 0.1, badShare: () => 0.002 });
    alone.telemetry.ingestedUntil = 3 * minute;
    await release(alone, { plan: few });
    assert.ok(revertedAt(outside) < revertedAt(alone));
  });

  it("is not blind where they count none: the release ends for want of requests, and says why", async () => {
    const outside = observed(until(3 * minute));
    const { status, reason } = await release(outside, { plan: { ...plan, minRequests: 5000 } });
    assert.equal(status, "inconclusive");
    assert.match(
      reason,
      /the plan wants 5000 \(minRequests\); no request for \d+m.*: nobody uses the Worker/,
    );
    assert.match(reason, /Cloudflare's metrics agree \(0 of the new version and 0 of the old one in /);
    assert.match(outside.progress.statuses.join("\n"), / · no request for .*: nobody uses the Worker/);
    assert.ok(revertedAt(outside) > 20 * minute, "after the soak was extended");
  });

  it("goes on where enough had come before", async () => {
    const outside = observed({ requestsPerSecond: (elapsed) => (isDay(elapsed) ? 50 : 0) });
    const { status, reason } = await release(outside, { plan });
    assert.equal(status, "completed", reason);
  });

  it("goes on where visitors come back after an hour", async () => {
    const outside = observed({
      requestsPerSecond: (elapsed) => (elapsed < 3 * minute || elapsed > 63 * minute ? 50 : 0),
    });
    const patient: ReleasePlan = {
      ...plan,
      stages: [
        { percent: 25, soakTime: "90m" },
        { percent: 100, soakTime: "5m" },
      ],
    };
    assert.equal((await release(outside, { plan: patient })).status, "completed");
    // Twice a minute while nobody comes.
    assert.ok(outside.witness.asked < 140, `${outside.witness.asked} questions`);
  });

  it("notices that it stops being recorded while nobody comes", async () => {
    const outside = observed({
      requestsPerSecond: (elapsed) => (elapsed < 3 * minute || elapsed > 9 * minute ? 50 : 0),
    });
    outside.telemetry.ingestedUntil = 3 * minute;
    const { status, reason } = await release(outside, { plan: { ...plan, minRequests: 5000 } });
    assert.equal(status, "inconclusive");
    assert.match(reason, /the Worker is used and not recorded/);
    const at = revertedAt(outside);
    assert.ok(at > 9 * minute && at < 16 * minute, `${at / minute} min`);
  });

  it("notices so after hours, too", async () => {
    const outside = observed({
      requestsPerSecond: (elapsed) => (elapsed < 70 * minute || elapsed > 250 * minute ? 50 : 0),
    });
    outside.telemetry.ingestedUntil = 70 * minute;
    const stages: ReleasePlan["stages"] = [
      { percent: 25, soakTime: "6h" },
      { percent: 100, soakTime: "5m" },
    ];
    const pace = { pollInterval: "30s", maxBlindTime: "2m" } as const;
    const { reason } = await release(outside, { plan: { ...plan, ...pace, stages } });
    assert.match(reason, /the Worker is used and not recorded/);
    const at = revertedAt(outside);
    assert.ok(at > 250 * minute && at < 257 * minute, `${at / minute} min`);
  });

  for (const [what, error] of [
    ["are refused", new PortError("refused", "They are not allowed.")],
    ["do not answer", new PortError("unavailable", "HTTP 500")],
  ] as const) {
    it(`is blind where they ${what}, and says so`, async () => {
      const outside = observed();
      outside.telemetry.ingestedUntil = 3 * minute;
      outside.witness.error = error;
      const { status, reason } = await release(outside, { plan });
      assert.equal(status, "inconclusive");
      assert.match(reason, /shows no request of either version, where about 3000 a minute were usual/);
      assert.ok(reason.includes(`Cloudflare's metrics could not be asked which: ${error.message}`), reason);
    });
  }

  it("is blind again within maxBlindTime once nobody can tell any more", async () => {
    const outside = observed(until(3 * minute));
    outside.clock.at(10 * minute, () => {
      outside.witness.error = new PortError("unavailable", "HTTP 500");
    });
    const { reason } = await release(outside, { plan });
    assert.match(reason, /nothing seen of the telemetry for 2m .* could not be asked which: HTTP 500/);
    const at = revertedAt(outside);
    assert.ok(at > 11 * minute && at < 13 * minute, `${at / minute} min`);
  });

  it("is blind where they had counted nothing before either: they may not know the Worker", async () => {
    const outside = observed();
    outside.witness.count = ({ spans }) =>
      Promise.resolve(spans.map(() => ({ new: { valid: 0, bad: 0 }, old: { valid: 0, bad: 0 } })));
    outside.telemetry.ingestedUntil = 3 * minute;
    assert.match((await release(outside, { plan })).reason, /about 3000 a minute were usual/);
  });

  it("is asked for other invocations first: where a cron is recorded, requests would be", async () => {
    const outside = observed(until(3 * minute));
    const { telemetry } = outside;
    const read = telemetry.read.bind(telemetry);
    telemetry.read = async (query) => {
      const [all = [], ...more] = await read(query);
      if (query.slis[0]?.kind !== "custom") return [all, ...more];
      const crons = [];
      for (let start = query.from; start < outside.clock.now(); start += query.bucketMs)
        crons.push({ start, new: { valid: 0, bad: 0 }, old: { valid: 1, bad: 0 } });
      return [crons];
    };
    const { reason } = await release(outside, { plan: { ...plan, minRequests: 5000 } });
    assert.match(reason, /nobody uses the Worker, the telemetry shows that it works/);
    assert.equal(outside.witness.asked, 0);
  });

  it("costs nothing while requests are seen", async () => {
    const outside = observed();
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.equal(outside.witness.asked, 0);
  });
});

describe("telemetry that shows one version only", () => {
  it("is blind where the metrics count the other's requests", async () => {
    const outside = observed();
    outside.telemetry.loses = newVersion;
    const { status, reason } = await release(outside, { plan });
    assert.equal(status, "inconclusive");
    assert.match(
      reason,
      /shows no request of the new version, though Cloudflare's metrics have counted \d+ of the new version and \d+ of the old one in .*: the Worker is used and not recorded/,
    );
    assert.ok(revertedAt(outside) < 6 * minute);
  });

  it("is blind where the old version's are missing", async () => {
    const outside = observed();
    outside.clock.at(3 * minute, () => {
      outside.telemetry.loses = oldVersion;
    });
    const { reason } = await release(outside, { plan });
    assert.match(reason, /shows no request of the old version, though/);
  });

  it("is as before where nobody can tell", async () => {
    const outside = world({ requestsPerSecond: () => 50, badShare: () => 0.002 });
    outside.telemetry.loses = newVersion;
    const { reason } = await release(outside, { plan });
    assert.match(
      reason,
      /does not serve its share .*: 0 % of the requests \(0 of \d+\), where it is given 25 %\. /,
    );
    assert.deepEqual(shares(outside), [0, 25, 0]);
  });

  it("tells a wrong share where the metrics count none either", async () => {
    const outside = observed();
    const count = outside.witness.count.bind(outside.witness);
    outside.telemetry.loses = newVersion;
    outside.witness.count = async (query) => {
      const counted = await count(query);
      return counted.map(({ old }) => ({ old, new: { valid: 0, bad: 0 } }));
    };
    const { status, reason } = await release(outside, { plan });
    assert.equal(status, "inconclusive");
    assert.match(
      reason,
      /does not serve its share .*: 0 % of the requests \(0 of \d+\), where it is given 25 %; no request of the new version for \d+m.* in spite of its share, Cloudflare's metrics agree \(0 of the new version and \d+ of the old one in /,
    );
  });
});

/** A quarter of an hour with traffic, except the last two minutes of the first soak and what follows. */
function isDay(elapsed: number): boolean {
  return elapsed < 8 * minute || elapsed > 13 * minute + 30 * second;
}
