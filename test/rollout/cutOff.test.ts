import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { planSchema } from "../../provider/plan/schema";
import { PortError } from "../../provider/rollout/ports";
import { reachAfter, telling, type CutOff } from "../../provider/rollout/look/cutOff";
import { answered, mute, unanswered, type Source } from "../../provider/rollout/look/source";
import type { Outcome } from "../../provider/rollout/outcome";
import { release, seedPlan, world, type World } from "./simulate";
import { minute, unavailable } from "./situations";

const plan: ReleasePlan = {
  ...seedPlan,
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { sli: "probes", max: 0.1 },
  ],
  probes: [{ path: "/health" }, { path: "/cart" }, { path: "/search" }],
};

/** Half a minute in the middle of a stage. */
const isIn = (elapsed: number): boolean => elapsed >= 3 * minute + 1000 && elapsed < 3 * minute + 31_000;

function failDeployments(outside: World): void {
  const { deployments, clock } = outside;
  const active = deployments.active.bind(deployments);
  deployments.active = () => (isIn(clock.elapsed()) ? Promise.reject(unavailable()) : active());
}

function failTelemetry(outside: World): void {
  outside.telemetry.fail(unavailable(), 3 * minute + 1000, 3 * minute + 31_000);
}

function failProbes(outside: World): void {
  outside.probes.answersWell = (elapsed) => !isIn(elapsed);
}

async function releaseWhere(...fail: readonly ((outside: World) => void)[]): Promise<Outcome> {
  const outside = world();
  for (const each of fail) each(outside);
  return release(outside, { plan });
}

describe("a release whose probes get no answer for half a minute", () => {
  it("completes where nothing else could be reached either: the runner had no network", async () => {
    const outcome = await releaseWhere(failProbes, failDeployments, failTelemetry);
    assert.equal(outcome.status, "completed", outcome.reason);
    const probes = outcome.stages[1]?.slos.find(({ name }) => name === "probes");
    assert.equal(probes?.bad, 0);
  });

  for (const [what, fail] of [
    ["everything else answers", []],
    ["the telemetry answers", [failDeployments]],
    ["the deployments can be read", [failTelemetry]],
  ] as const) {
    it(`is aborted where ${what}`, async () => {
      const outcome = await releaseWhere(failProbes, ...fail);
      assert.equal(outcome.status, "aborted");
      assert.match(outcome.reason, /SLO "probes" violated in stage 2 /);
    });
  }

  it("is aborted by bad answers, whatever else can be reached", async () => {
    const outside = world();
    for (const fail of [failProbes, failDeployments, failTelemetry]) fail(outside);
    outside.probes.areAnswered = true;
    assert.equal((await release(outside, { plan })).status, "aborted");
  });
});

describe("a release knows that it was cut off", () => {
  const retrying = { pollIntervalMs: 10_000, random: () => 0.5 };
  const gone = (error: unknown = unavailable()): Source => unanswered(answered(0), error, 10_000, retrying);
  const before = { heardAt: 5000, cutOffs: [] };
  const cutOffsIn = (sources: readonly Source[], isHeard = false): readonly CutOff[] =>
    reachAfter(before, sources, isHeard, 10_000).cutOffs;

  it("where neither answers, since one of them last did", () => {
    assert.deepEqual(cutOffsIn([gone(), gone()]), [{ from: 5000, to: undefined }]);
  });

  it("until one of them answers", () => {
    const lasting = reachAfter(before, [gone(), gone()], false, 10_000);
    assert.deepEqual(reachAfter(lasting, [gone(), gone()], false, 20_000), lasting);
    assert.deepEqual(reachAfter(lasting, [answered(30_000), gone()], true, 30_000), {
      heardAt: 30_000,
      cutOffs: [{ from: 5000, to: 30_000 }],
    });
  });

  it("and not where one answers, if only that it is to be left alone, or with nothing", () => {
    const rateLimited = new PortError("unavailable", "429", 300_000);
    assert.deepEqual(cutOffsIn([answered(10_000), gone()], true), []);
    assert.deepEqual(cutOffsIn([gone(rateLimited), gone()]), []);
    assert.deepEqual(cutOffsIn([gone(), mute(answered(0), 0, "nothing is shown")], true), []);
  });
});

describe("the probes that say something", () => {
  const { probes } = planSchema.parse({ ...plan, probes: [{ path: "/", timeout: "3s" }] });
  const cutOffs = [{ from: 10_000, to: 40_000 }];
  const sentAt = (at: number, isAnswered?: boolean) => ({
    ...{ sentAt: at, isGood: false },
    ...(isAnswered !== undefined && { isAnswered }),
  });

  it("are those sent before and after, by as much as one may take", () => {
    const sent = [6000, 7000, 10_000, 40_000, 40_001].map((at) => sentAt(at));
    assert.deepEqual(
      telling(sent, probes, cutOffs).map((result) => result.sentAt),
      [6000, 40_001],
    );
  });

  it("and those that were answered", () => {
    const good = { sentAt: 20_000, isGood: true };
    assert.deepEqual(telling([good, sentAt(20_000, true)], probes, cutOffs), [good, sentAt(20_000, true)]);
  });

  it("are none while it lasts", () => {
    assert.deepEqual(telling([sentAt(1e9)], probes, [{ from: 10_000, to: undefined }]), []);
  });
});
