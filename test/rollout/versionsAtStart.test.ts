import assert from "node:assert/strict";
import { PortError, type Contents } from "../../provider/rollout/ports";
import {
  badNewVersion,
  newVersion,
  oldVersion,
  release,
  seedPlan,
  shares,
  world,
  type World,
} from "./simulate";
import { unavailable } from "./situations";

function knowing(outside: World, contents: Partial<Contents>): World & { readonly contents: Contents } {
  const known: Contents = {
    exists: () => Promise.resolve(true),
    areSame: () => Promise.resolve(false),
    hasUntold: () => Promise.resolve(false),
    hasSecrets: () => Promise.resolve(false),
    differInMigrations: () => Promise.resolve(false),
    ...contents,
  };
  return { ...outside, contents: known };
}

describe("a version that the Worker does not have", () => {
  it("is refused after ten seconds, by its name and with where an id comes from, and nothing is moved", async () => {
    const outside = knowing(world(), { exists: () => Promise.resolve(false) });
    await assert.rejects(
      release(outside),
      /^CannotStart: Worker checkout has no version .*2: Cloudflare was asked for it for 10s\. No traffic was moved\. Give versionId what an upload answered with: .* `npx wrangler versions list --name checkout/,
    );
    assert.deepEqual([outside.clock.elapsed(), shares(outside)], [10_000, [0]]);
  });

  it("is released when it is found a little later", async () => {
    let asked = 0;
    const outside = knowing(world(), { exists: () => Promise.resolve(++asked > 3) });
    assert.equal((await release(outside)).status, "completed");
  });

  it("is left to the first write where that cannot be found out", async () => {
    const outside = knowing(world(), {
      exists: () => Promise.reject(new PortError("refused", "HTTP 403")),
      areSame: () => Promise.reject(unavailable()),
    });
    assert.equal((await release(outside)).status, "completed");
  });
});

describe("two versions with the same content", () => {
  const same = { areSame: () => Promise.resolve(true) };

  it("are no release: the traffic is switched at once, nothing is judged, and that is told", async () => {
    const outside = knowing(world(badNewVersion(0.9)), same);
    await outside.clock.sleep(10 * 60_000);
    const { status, reason, stages } = await release(outside);
    assert.deepEqual([status, stages, shares(outside)], ["completed", [], [0, 100]]);
    assert.deepEqual(outside.progress.events, [
      `Warning: Version ${newVersion} has the same content as version ${oldVersion}, which serves now: code, bindings and ` +
        "runtime settings are the same, and it has neither secrets nor static assets. So this is no release: it gets all " +
        "traffic at once, no stage runs and nothing is judged.",
      reason,
    ]);
    assert.equal(
      reason,
      `Switch of checkout: version ${newVersion} serves all traffic. It has the same content as version ${oldVersion}, so ` +
        "no stage ran and nothing was judged.",
    );
    const [active] = outside.deployments.made;
    assert.deepEqual([active?.message, active?.record?.phase], [reason, "completed"]);
    assert.equal(outside.clock.elapsed(), 10 * 60_000);
  });

  it("are switched by a write that is tried again, and seen where its answer was lost", async () => {
    const refused = knowing(world(), same);
    refused.deployments.failNext("before", new PortError("unavailable", "not found yet (100146)"));
    assert.deepEqual([(await release(refused)).status, shares(refused)], ["completed", [0, 100]]);
    const lost = knowing(world(), same);
    lost.deployments.failNext("after", new PortError("unavailable", "no answer"));
    const { status, reason } = await release(lost);
    assert.deepEqual([status, shares(lost)], ["completed", [0, 100]]);
    assert.match(reason, /^Switch of checkout/);
  });

  it("are not switched in a freeze of the plan", async () => {
    const outside = knowing(world(), same);
    const plan = { ...seedPlan, freeze: [{ from: "00:00", to: "05:00" }] };
    await assert.rejects(release(outside, { plan }), /a freeze of the plan lasts until/);
  });

  for (const [what, contents] of [
    ["secrets", { hasSecrets: () => Promise.resolve(true) }],
    ["static assets", { hasUntold: () => Promise.resolve(true) }],
    ["what nobody can tell", { hasUntold: () => Promise.reject(new PortError("refused", "HTTP 403")) }],
  ] as [string, Partial<Contents>][]) {
    it(`go through the stages where there are ${what}, of which Cloudflare tells no difference`, async () => {
      const outside = knowing(world(), { ...same, ...contents });
      const { status, reason } = await release(outside);
      const [warning = ""] = outside.progress.events;
      assert.match(
        warning,
        /are the same\. Cloudflare does not tell the values of secrets, nor static assets, so it goes through the stages\. Where none of these has changed, this is no release: the version is compared with itself\./,
      );
      assert.deepEqual([status, shares(outside).slice(0, 3)], ["completed", [0, 0, 25]]);
      assert.match(reason, /unless a secret or a static asset has changed, nothing was judged by it\.$/);
    });
  }

  it("are not called good and bad: the traffic is back on what may be as bad", async () => {
    const untold = { ...same, hasSecrets: () => Promise.resolve(true) };
    const { status, reason } = await release(knowing(world(badNewVersion(0.2)), untold));
    assert.equal(status, "aborted");
    assert.match(
      reason,
      /back on the old version .*1\. As far as Cloudflare tells, it has the same content as the new one/,
    );
  });

  it("of which one has just been put live are told to come from the program, and what to write instead", async () => {
    const outside = knowing(world(), same);
    outside.deployments.upload(oldVersion, "ci with terraform");
    await release(outside);
    assert.match(
      outside.progress.events[0] ?? "",
      /No release put that one live: ci with terraform deployed it .* ago\. Nothing has judged it\. If this program did it, by WorkersScript, .* the Release alone deploys them\./,
    );
  });
});

describe("a version that something else has given all traffic", () => {
  it("is told with who did it, that nothing was judged, and what to write instead", async () => {
    const outside = world();
    outside.deployments.foreign([{ versionId: newVersion, percent: 100 }], "one", "ci with terraform");
    const { status, reason, stages } = await release(outside);
    assert.deepEqual([status, stages], ["completed", []]);
    assert.match(
      reason,
      /serves all traffic already: ci with terraform deployed it .* ago, saying "one"\. No stage ran, and nothing was judged\. If this program did it, by WorkersScript, WorkersDeployment or `deploy: true`/,
    );
    assert.deepEqual(outside.progress.events, [`Warning: ${reason}`]);
  });
});
