import assert from "node:assert/strict";
import { PortError, type Contents, type PastDeployments } from "../../provider/rollout/ports";
import {
  badNewVersion,
  newVersion,
  nextRun,
  oldVersion,
  quietTraffic,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { between, minute } from "./situations";

type Knowing = World & { readonly past: PastDeployments; readonly contents: Contents };

/** A Worker whose version a release may ask for; the new one brings a migration, if `brings` says so. */
function knowing(
  outside: World,
  brings: Contents["differInMigrations"] = () => Promise.resolve(true),
): Knowing {
  const contents: Contents = {
    exists: () => Promise.resolve(true),
    areSame: () => Promise.resolve(false),
    hasUntold: () => Promise.resolve(false),
    hasSecrets: () => Promise.resolve(false),
    differInMigrations: brings,
  };
  return { ...outside, past: outside.deployments, contents };
}

/** A Worker of which nothing was ever deployed but the version to release, by its upload. */
function newcomer(traffic = quietTraffic): Knowing {
  const outside = world(traffic, []);
  outside.deployments.upload(newVersion, "ci with terraform");
  return knowing(outside);
}

/** A Worker that the version to release has come to by an upload with a migration. */
function migrated(traffic = quietTraffic): Knowing {
  const outside = world(traffic);
  outside.deployments.upload(newVersion, "ci with terraform");
  return knowing(outside);
}

const noWayBack = "there is no older version that can be put back";

describe("a version that has all traffic by its own upload", () => {
  for (const [what, given, why] of [
    [
      "the first of its Worker",
      newcomer,
      "is the first of Worker checkout, so its upload gave it all traffic",
    ],
    [
      "one with a Durable Object migration",
      migrated,
      "brings a Durable Object migration, so its upload gave it all traffic, and Cloudflare deploys no older version any more",
    ],
  ] as const) {
    describe(`as ${what}`, () => {
      it("is watched through the last soak, told plainly, and complete", async () => {
        const outside = given();
        await outside.clock.sleep(minute);
        const { status, reason, oldVersionId, stages } = await release(outside);
        assert.deepEqual([status, oldVersionId, stages.length], ["completed", undefined, 1]);
        assert.deepEqual(outside.progress.events, [
          `Version ${newVersion} ${why}: ci with terraform deployed it 2030-01-01 00:00:00Z, 1m ago. No stage runs.`,
          `Watch of checkout: version ${newVersion} gets all traffic at once, and ${noWayBack}. It is watched for 15m.`,
          reason,
        ]);
        assert.match(
          reason,
          /^Watch of checkout complete: nothing was found wrong in 15m\. Version .*2 served \d+ requests/,
        );
        assert.equal(outside.clock.elapsed(), 16 * minute);
      });

      it("moves no traffic, whatever is found, never brands itself and is watched again", async () => {
        const outside = given(badNewVersion(0.5));
        const outcome = await release(outside);
        assert.deepEqual([outcome.status, outcome.isVerdict], ["inconclusive", false]);
        assert.match(
          outcome.reason,
          /SLO "5xx" violated .* There is no older version .* Roll forward: fix the Worker/,
        );
        assert.doesNotMatch(outside.progress.events.join(), /revert/);
        const next = nextRun(outside);
        assert.equal((await release(next, { releaseId: "r2" })).status, "inconclusive");
        assert.doesNotMatch(next.progress.events.join(), /No stage runs|already/);
        assert.deepEqual(new Set(shares(outside).slice(-4)), new Set([100]));
      });

      it("is watched in a freeze of the plan, too, and asks no gate", async () => {
        const stages = [{ percent: 100, soakTime: "5m", gate: { url: "https://gate.example" } }];
        const plan = { ...seedPlan, stages, freeze: [{ from: "00:00", to: "05:00" }] };
        assert.equal((await release(given(), { plan })).status, "completed");
      });

      it("is not begun to be watched where nothing could be seen", async () => {
        const outside = given();
        outside.telemetry.blindBecause = "Observability is off.";
        await assert.rejects(release(outside), /Observability is off\. No traffic was moved/);
      });

      it("has served for too long to be news after an hour", async () => {
        const outside = given();
        await outside.clock.sleep(60 * minute);
        const { status, stages, reason } = await release(outside);
        assert.deepEqual([status, stages], ["completed", []]);
        assert.match(reason, /serves all traffic already: .* nothing was judged/);
      });
    });
  }

  it("is told that nothing was judged where it could have gone through stages", async () => {
    const outside = knowing(world(), () => Promise.resolve(false));
    outside.deployments.upload(newVersion, "ci with terraform");
    const { reason, stages } = await release(outside);
    assert.deepEqual(stages, []);
    assert.match(
      reason,
      /No stage ran, and nothing was judged\. Its upload has deployed it\. If .* WorkersScript/,
    );
  });

  it("is told so, too, where that cannot be found out", async () => {
    const unread = knowing(world(), () => Promise.reject(new PortError("refused", "HTTP 403")));
    unread.deployments.upload(newVersion);
    const unlisted = world(quietTraffic, []);
    unlisted.deployments.upload(newVersion);
    for (const outside of [unread, unlisted]) {
      assert.match((await release(outside)).reason, /nothing was judged/);
    }
  });

  it("is told so, too, where somebody chose that it has all traffic, migration or not", async () => {
    const outside = knowing(world());
    outside.deployments.foreign([{ versionId: newVersion, percent: 100 }]);
    assert.match((await release(outside)).reason, /nothing was judged/);
  });

  it("is compared with the version that had most traffic before", async () => {
    const asked: string[] = [];
    const outside = knowing(world(quietTraffic, between("other", oldVersion, 80)), (...given) => {
      asked.push(...given);
      return Promise.resolve(true);
    });
    outside.deployments.upload(newVersion);
    await release(outside);
    assert.deepEqual(asked, [newVersion, oldVersion]);
  });
});
