import assert from "node:assert/strict";
import { add, badShare, noCounts } from "../../provider/health/series";
import { PortError } from "../../provider/rollout/ports";
import { VirtualClock } from "./clock";
import { FakeDeployments } from "./deployments";
import { binomial, generator } from "./random";
import { FakeTelemetry } from "./telemetry";

const minute = 60_000;
const lost = new PortError("unavailable", "lost");

describe("the virtual clock", () => {
  it("runs appointments in order, each at its own time, while somebody sleeps", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.at(2 * minute, () => seen.push(`second at ${clock.elapsed()}`));
    clock.at(minute, () => seen.push(`first at ${clock.elapsed()}`));
    clock.at(5 * minute, () => seen.push("never"));
    await clock.sleep(3 * minute);
    assert.deepEqual(seen, ["first at 60000", "second at 120000"]);
    assert.equal(clock.elapsed(), 3 * minute);
  });
});

describe("the fake deployments", () => {
  it("lose a write before or after it took effect, as told", async () => {
    const deployments = new FakeDeployments(new VirtualClock());
    deployments.failNext("before", lost);
    await assert.rejects(deployments.create([{ versionId: "a", percent: 100 }], "one"), lost);
    assert.equal(await deployments.active(), undefined);
    deployments.failNext("after", lost);
    await assert.rejects(deployments.create([{ versionId: "a", percent: 100 }], "two"), lost);
    assert.equal((await deployments.active())?.message, "two");
    assert.deepEqual(deployments.calls, { active: 2, create: 2, deployable: 0 });
  });
});

describe("the fake telemetry", () => {
  const bucketMs = 10_000;
  const query = { slis: [{ kind: "serverErrors" }], newVersionId: "b", oldVersionId: "a", bucketMs } as const;

  it("follows the split, also when it changes within a bucket", async () => {
    const clock = new VirtualClock();
    const deployments = new FakeDeployments(clock);
    deployments.upload("a");
    clock.at(15_000, () =>
      deployments.foreign([
        { versionId: "b", percent: 20 },
        { versionId: "a", percent: 80 },
      ]),
    );
    const telemetry = new FakeTelemetry(clock, deployments, {
      requestsPerSecond: () => 100,
      badShare: () => 0,
    });
    await clock.sleep(30_000);
    const [series] = await telemetry.read({ ...query, from: clock.start, to: clock.start + 40_000 });
    assert.deepEqual(
      series?.map((bucket) => [bucket.start - clock.start, bucket.new.valid, bucket.old.valid]),
      [
        [0, 0, 1000],
        [10_000, 100, 900],
        [20_000, 200, 800],
      ],
    );
  });

  it("has the bad share it was given, and the same luck at every look", async () => {
    const clock = new VirtualClock();
    const deployments = new FakeDeployments(clock);
    deployments.upload("b");
    const telemetry = new FakeTelemetry(clock, deployments, {
      requestsPerSecond: () => 100,
      badShare: () => 0.05,
    });
    await clock.sleep(60 * minute);
    const span = { ...query, from: clock.start, to: clock.now() };
    const [series] = await telemetry.read(span);
    const share = badShare(series?.map((bucket) => bucket.new).reduce(add, noCounts) ?? noCounts);
    assert.ok(Math.abs(share - 0.05) < 0.002, `the share is ${share}`);
    assert.deepEqual(await telemetry.read(span), [series]);
  });

  it("fails within the windows it was told", async () => {
    const clock = new VirtualClock();
    const telemetry = new FakeTelemetry(clock, new FakeDeployments(clock), {
      requestsPerSecond: () => 1,
      badShare: () => 0,
    });
    telemetry.fail(lost, minute, 2 * minute);
    assert.equal((await telemetry.readiness()).blindBecause, undefined);
    await clock.sleep(minute);
    await assert.rejects(telemetry.readiness(), lost);
    await clock.sleep(minute);
    assert.equal((await telemetry.readiness()).blindBecause, undefined);
  });
});

describe("the binomial draw", () => {
  const cases = [
    { chance: 0, expected: 0 },
    { chance: 1, expected: 1000 },
    { chance: 0.01, expected: 10 },
    { chance: 0.5, expected: 500 },
    { chance: 0.9, expected: 900 },
  ];
  for (const { chance, expected } of cases) {
    it(`has about ${expected} successes in 1000 trials at ${chance}`, () => {
      const random = generator("luck");
      let sum = 0;
      for (let run = 0; run < 500; run += 1) sum += binomial(1000, chance, random);
      assert.ok(Math.abs(sum / 500 - expected) <= 3, `the mean is ${sum / 500}`);
    });
  }
});
