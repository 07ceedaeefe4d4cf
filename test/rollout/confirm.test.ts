import assert from "node:assert/strict";
import type { ReleasePlan } from "../../provider/plan/types";
import { PortError } from "../../provider/rollout/ports";
import {
  badNewVersion,
  newVersion,
  oldVersion,
  quietTraffic,
  release,
  seedPlan,
  world,
  type World,
} from "./simulate";
import { minute } from "./situations";

const plan = {
  ...seedPlan,
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 100, soakTime: "5m" },
  ],
};

/** Until `ms` after each deployment the telemetry goes on as if the one before were still active. */
function propagateAfter({ deployments }: World, ms: number): void {
  const percentAt = deployments.percentAt.bind(deployments);
  deployments.percentAt = (version, time) => percentAt(version, time - ms);
}

describe("a revert that Cloudflare has taken", () => {
  it("is confirmed once the new version has stopped serving", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    propagateAfter(outside, 25_000);
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    const [back] = outside.deployments.made;
    const since = /has served nothing since ([\d:]+)Z/.exec(outcome.reason)?.[1];
    const at = Date.parse(`2030-01-01T${since ?? ""}Z`) - (back?.createdAt ?? 0);
    assert.ok(at >= 25_000 && at <= 40_000, String(at));
  });

  it("is called unconfirmed, loudly, when the new version goes on serving", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    outside.deployments.percentAt = (version) => (version === newVersion ? 25 : 75);
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.match(
      outcome.reason,
      /NOT CONFIRMED: since [\d:]+Z version .*2 has still served \d+ of \d+ requests\. .*npx wrangler deployments status/,
    );
  });

  it("is confirmed by other events where no SLO is on requests", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    const { telemetry } = outside;
    const read = telemetry.read.bind(telemetry);
    const asked: unknown[] = [];
    telemetry.read = (query) => {
      if (query.slis.length === 1) asked.push(...query.slis);
      return read({ ...query, slis: query.slis.map(() => ({ kind: "serverErrors" })) });
    };
    const slos: ReleasePlan["slos"] = [
      { name: "queue", sli: "exceptions", max: 0.01, on: ["queue"] },
      { name: "cron", sli: "exceptions", max: 0.01, on: ["scheduled"] },
    ];
    const outcome = await release(outside, { plan: { ...plan, slos, defaultSlos: false } });
    assert.deepEqual([outcome.status, asked.at(-1)], ["aborted", { kind: "exceptions", on: "queue" }]);
  });

  it("is called unconfirmed when nobody asks for anything", async () => {
    const outside = world({ ...quietTraffic, requestsPerSecond: () => 0 });
    const outcome = await release(outside, { plan });
    assert.match(outcome.reason, /Not confirmed: the telemetry has shown too few requests in the 1m since\./);
  });

  it("is waited for a minute and the settleTime at most", async () => {
    const outside = world({ ...quietTraffic, requestsPerSecond: () => 0 });
    const outcome = await release(outside, { plan: { ...plan, settleTime: "30s" } });
    const took = outside.clock.now() - (outside.deployments.made[0]?.createdAt ?? 0);
    assert.ok(took >= 90_000 && took <= 100_000, `${took} ${outcome.reason}`);
  });

  it("is not waited for where the telemetry is silent, nor where the release is interrupted", async () => {
    const blind = world();
    blind.telemetry.fail(new PortError("unavailable", "no answer"), minute);
    assert.doesNotMatch((await release(blind, { plan })).reason, /onfirmed/);
    const interrupted = world();
    interrupted.clock.at(minute, () => {
      interrupted.stop.abort();
    });
    const outcome = await release(interrupted, { plan });
    assert.doesNotMatch(outcome.reason, /onfirmed/);
    assert.equal(outcome.deployedVersionId, oldVersion);
  });

  it("is waited for no longer once the release is interrupted", async () => {
    const outside = world(badNewVersion(0.3, 2 * minute));
    outside.deployments.percentAt = (version) => (version === newVersion ? 25 : 75);
    outside.clock.at(3 * minute, () => {
      outside.stop.abort();
    });
    await release(outside, { plan });
    assert.ok(outside.clock.elapsed() <= 3 * minute + 10_000);
  });
});
