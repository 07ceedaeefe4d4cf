import assert from "node:assert/strict";
import { PortError, type Contents } from "../../provider/rollout/ports";
import { badNewVersion, newVersion, oldVersion, release, shares, world, type World } from "./simulate";
import { unavailable } from "./situations";

function knowing(outside: World, contents: Partial<Contents>): World & { readonly contents: Contents } {
  const known: Contents = {
    exists: () => Promise.resolve(true),
    areSame: () => Promise.resolve(false),
    hasUntold: () => Promise.resolve(false),
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

  it("are said to be no release, at the start and at the end", async () => {
    const outside = knowing(world(), same);
    await outside.clock.sleep(10 * 60_000);
    const { status, reason } = await release(outside);
    const [warning = ""] = outside.progress.events;
    assert.match(
      warning,
      /^Warning: Version .*2 has the same content as version .*1, which serves now\. So this is no release/,
    );
    assert.doesNotMatch(warning, /WorkersScript/);
    assert.equal(status, "completed");
    assert.match(reason, /Its content is that of the old version, so nothing was judged by it\.$/);
  });

  it("are not called good and bad: the traffic is back on what was found bad", async () => {
    const { status, reason } = await release(knowing(world(badNewVersion(0.2)), same));
    assert.equal(status, "aborted");
    assert.match(reason, /back on the old version .*1\. It has the same content as the new one\./);
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
