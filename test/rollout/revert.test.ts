import assert from "node:assert/strict";
import type { Cause } from "../../provider/rollout/cause";
import { PortError, type Deployment, type Notice, type Split } from "../../provider/rollout/ports";
import type { Release } from "../../provider/rollout/release";
import { revert, type RevertResult } from "../../provider/rollout/write/revert";
import type { State, WriteFailure } from "../../provider/rollout/state";
import { all, newVersion, oldVersion, otherVersion, quietTraffic, world, type World } from "./simulate";
import {
  aRecord,
  aRelease,
  between,
  deployment,
  failure,
  minute,
  objective,
  observation,
  soaking,
  starting,
  violated,
} from "./situations";

const at25 = between(oldVersion, newVersion, 25);
const interrupted: Cause = { kind: "interrupted" };
const verdict: Cause = { kind: "violated", slo: objective(), verdict: violated().verdict };
const leftOver: Cause = { kind: "leftOver", percent: 25 };
const stale = "Cloudflare's list of deployments does not show the last one that is known; it may lag behind.";

/** A release that soaks its first stage for a minute, about to be put back. */
interface Setting {
  readonly outside: World;
  readonly release: Release;
  readonly ours: Deployment;
  state: State;
  cause: Cause;
}

async function setting(cause: Cause = leftOver, changes: Partial<Setting> = {}): Promise<Setting> {
  const outside = world(quietTraffic);
  const release = aRelease({}, { startedAt: outside.clock.now() });
  await outside.clock.sleep(1000);
  const record = aRecord({ startedAt: release.startedAt });
  const ours = outside.deployments.recorded(at25, "Stage 1.", record);
  await outside.clock.sleep(minute);
  const state = soaking({ since: ours.createdAt, deploymentId: ours.id });
  return { outside, release, ours, state, cause, ...changes };
}

/** Reverts, and stops the time that it took. */
async function reverted(
  at: Setting,
  known: Deployment | undefined = at.ours,
): Promise<RevertResult & { tookMs: number }> {
  const { outside, release, state, cause } = at;
  const begin = outside.clock.now();
  const seen = observation(release, begin, {}, known);
  const result = await revert(
    { release, state, observation: { ...seen, active: known } },
    cause,
    "Found.",
    outside,
  );
  return { ...result, tookMs: outside.clock.now() - begin };
}

const error = (retryAfterMs?: number): PortError => new PortError("unavailable", "no answer", retryAfterMs);

function failing(
  { outside }: Setting,
  moment: "read" | "before" | "after",
  times: number,
  what = error(),
): void {
  for (let time = 0; time < times; time += 1) outside.deployments.failNext(moment, what);
}

/** A write of a split whose answer was lost, that is made so many milliseconds from now. */
function late({ outside, release }: Setting, ms: number, split: Split = at25): WriteFailure {
  const { clock, deployments } = outside;
  const record = aRecord({ startedAt: release.startedAt });
  clock.at(clock.elapsed() + ms, () => deployments.recorded(split, "Late.", record));
  return failure({ since: clock.now(), lostAt: clock.now() });
}

describe("a revert", () => {
  it("puts all traffic on the old version, by force, with what was found and how it ended", async () => {
    const at = await setting(verdict);
    at.outside.deployments.outdated.add(oldVersion);
    const { reverted: done, state } = await reverted(at);
    const [made] = at.outside.deployments.made;
    assert.ok(made && done.kind === "done");
    assert.deepEqual([done.deployment, done.unread, done.after, state], [made, false, undefined, at.state]);
    assert.deepEqual([made.split, made.message], [all(oldVersion), "Found."]);
    assert.deepEqual(made.record, aRecord({ phase: "aborted", startedAt: at.release.startedAt }));
    assert.equal(done.confirmation.kind, "confirmed");
  });

  it("is no verdict for any other cause", async () => {
    const at = await setting(interrupted);
    await reverted(at);
    assert.equal(at.outside.deployments.made[0]?.record?.phase, "inconclusive");
  });

  it("tells what somebody has deployed while it was confirmed", async () => {
    const at = await setting(verdict);
    at.outside.clock.at(at.outside.clock.elapsed() + 3000, () =>
      at.outside.deployments.foreign(all(otherVersion)),
    );
    const { reverted: done } = await reverted(at);
    assert.deepEqual(done.kind === "done" && done.after?.split, all(otherVersion));
  });

  it("does not know of any where the last reading fails or lags behind", async () => {
    for (const what of ["fails", "is empty", "is older"]) {
      const at = await setting();
      const answer = (): Promise<Deployment | undefined> =>
        what === "fails"
          ? Promise.reject(error())
          : Promise.resolve(what === "is older" ? at.ours : undefined);
      const active = at.outside.deployments.active.bind(at.outside.deployments);
      at.outside.deployments.active = () => (at.outside.deployments.calls.create > 0 ? answer() : active());
      const { reverted: done } = await reverted(at);
      assert.deepEqual(done.kind === "done" && [done.after], [undefined]);
    }
  });

  it("does not touch what somebody else has deployed", async () => {
    const at = await setting();
    const theirs = at.outside.deployments.foreign(all(otherVersion));
    assert.deepEqual((await reverted(at)).reverted, {
      ...{ kind: "yielded", active: theirs, mayHaveWritten: false },
      status: { kind: "superseded", by: "jo@example.com with wrangler" },
    });
    assert.equal(at.outside.deployments.calls.create, 0);
  });

  it("finds that the traffic is back already", async () => {
    const at = await setting();
    const record = aRecord({ phase: "inconclusive", startedAt: at.release.startedAt });
    const back = at.outside.deployments.recorded(all(oldVersion), "Back.", record);
    const { reverted: done } = await reverted(at);
    assert.deepEqual(done.kind === "done" && [done.deployment, done.unread], [back, false]);
    assert.equal(at.outside.deployments.calls.create, 0);
  });

  it("is not done because a record says so, but when the split does", async () => {
    const at = await setting(verdict);
    const { deployments } = at.outside;
    const record = aRecord({ phase: "aborted", startedAt: at.release.startedAt });
    const pretended = deployment({ createdAt: at.outside.clock.now(), record, split: all(newVersion) });
    const read = deployments.active.bind(deployments);
    deployments.active = () => (deployments.calls.create === 0 ? Promise.resolve(pretended) : read());
    await reverted(at);
    assert.deepEqual(deployments.made[0]?.split, all(oldVersion));
  });

  for (const [cause, status] of [
    [verdict, "done"],
    [interrupted, "yielded"],
  ] as const) {
    it(`of a release that turns out to be complete is ${status} since it was ${cause.kind}`, async () => {
      const at = await setting(cause);
      const record = aRecord({ phase: "completed", startedAt: at.release.startedAt });
      at.outside.deployments.recorded(all(newVersion), "Complete.", record);
      assert.equal((await reverted(at)).reverted.kind, status);
    });
  }

  for (const [what, split, phase] of [
    ["an approval", all(newVersion), undefined],
    ["its own next stage", between(oldVersion, newVersion, 50), "soak"],
    ["its own split at another share", between(oldVersion, newVersion, 60), "soak"],
  ] as const) {
    it(`puts ${what} back as well`, async () => {
      const at = await setting();
      const { startedAt } = at.release;
      if (phase === undefined) {
        const times = { since: at.ours.createdAt, soakedSince: at.ours.createdAt };
        const { deploymentId, past, leftBy } = at.state as ReturnType<typeof soaking>;
        at.state = {
          phase: "waiting",
          stage: 1,
          ...times,
          past,
          failure: undefined,
          lostAt: undefined,
          deploymentId,
          leftBy,
        };
      }
      const { deployments } = at.outside;
      if (phase) deployments.recorded(split, "Moved.", aRecord({ phase, stage: 1, startedAt }));
      else deployments.foreign(split);
      const { reverted: done, state } = await reverted(at);
      assert.equal(done.kind, "done");
      assert.equal(state.stage, phase === undefined || what.includes("next") ? 1 : 0);
    });
  }

  it("that is not answered is tried again, after pauses that double up to a quarter of a minute", async () => {
    const at = await setting();
    const times: number[] = [];
    const create = at.outside.deployments.create.bind(at.outside.deployments);
    at.outside.deployments.create = (...args) => {
      times.push(at.outside.clock.elapsed());
      return create(...args);
    };
    failing(at, "before", 7);
    assert.equal((await reverted(at)).reverted.kind, "done");
    assert.deepEqual(
      times.slice(1).map((time, index) => time - (times[index] ?? 0)),
      [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000],
    );
  });

  it("waits as long as it is ordered to, but no longer than a quarter of a minute", async () => {
    for (const [orderedMs, waitedMs] of [
      [7000, 7000],
      [500, 1000],
      [300_000, 15_000],
    ] as const) {
      const at = await setting(leftOver);
      const times: number[] = [];
      const active = at.outside.deployments.active.bind(at.outside.deployments);
      at.outside.deployments.active = () => {
        times.push(at.outside.clock.elapsed());
        return active();
      };
      failing(at, "read", 1, error(orderedMs));
      await reverted(at);
      assert.equal((times[1] ?? 0) - (times[0] ?? 0), waitedMs);
    }
  });

  it("is written without a reading after three that failed, and not before", async () => {
    const at = await setting();
    failing(at, "read", 3);
    const three = await reverted(at);
    assert.deepEqual(three.reverted.kind === "done" && three.reverted.unread, false);
    const other = await setting();
    failing(other, "read", 4);
    const { reverted: done, tookMs } = await reverted(other);
    assert.deepEqual(done.kind === "done" && done.unread, true);
    assert.equal(tookMs, 7000);
  });

  it("counts only readings that fail in a row", async () => {
    const at = await setting();
    failing(at, "read", 2);
    at.outside.clock.at(at.outside.clock.elapsed() + 2000, () => {
      failing(at, "before", 1);
    });
    at.outside.clock.at(at.outside.clock.elapsed() + 4000, () => {
      failing(at, "read", 3);
    });
    const { reverted: done } = await reverted(at);
    assert.deepEqual(done.kind === "done" && done.unread, false);
  });

  it("is never written without a reading over what was not ours", async () => {
    const at = await setting();
    failing(at, "read", 1000);
    const theirs = at.outside.deployments.foreign(all(otherVersion));
    const { reverted: failed } = await reverted(at, theirs);
    assert.deepEqual([failed.kind, at.outside.deployments.calls.create], ["failed", 0]);
  });
});

describe("a revert that cannot be made", () => {
  it("is tried for ten minutes, calls for help after half a minute, and then says what it ran into", async () => {
    const at = await setting(interrupted);
    failing(at, "before", 1000);
    const { reverted: failed, tookMs } = await reverted(at);
    assert.equal(tookMs, 600_000);
    assert.deepEqual(failed, {
      ...{ kind: "failed", percent: 25, forMs: tookMs, trouble: "no answer", oldIsGone: undefined },
      active: at.outside.deployments.made[0],
    });
    const { events, statuses } = at.outside.progress;
    assert.equal(events.length, 1);
    assert.match(
      events[0] ?? "",
      /^COULD NOT REVERT: .* 25 % .* for 30s: no answer\. It is being tried on\.$/,
    );
    assert.equal(statuses[0], "REVERTING, not done yet, trying again: no answer");
    assert.ok(statuses.length > 30);
  });

  it("tells others too, as soon as it calls for help", async () => {
    const at = await setting(interrupted);
    failing(at, "before", 1000);
    const told: Notice[] = [];
    const outside = { ...at.outside, notices: { tell: (notice: Notice) => told.push(notice) } };
    await reverted({ ...at, outside });
    const [notice, ...others] = told;
    assert.deepEqual(others, []);
    assert.equal(notice?.kind, "revertFailed");
    assert.equal(notice.text, at.outside.progress.events[0]);
    assert.deepEqual(notice.place?.percent, 25);
  });

  it("ends at once where the old version can no longer be deployed", async () => {
    const at = await setting();
    at.outside.deployments.tooOld.add(oldVersion);
    const { reverted: failed, tookMs } = await reverted(at);
    assert.deepEqual(failed.kind === "failed" && [failed.oldIsGone, tookMs], [true, 0]);
  });

  it("goes on where it is only refused", async () => {
    const at = await setting();
    failing(at, "before", 3, new PortError("refused", "not allowed"));
    const { reverted: done, tookMs } = await reverted(at);
    assert.deepEqual([done.kind, tookMs], ["done", 7000]);
    const forLong = await setting();
    failing(forLong, "before", 1000, new PortError("refused", "not allowed"));
    const { reverted: failed } = await reverted(forLong);
    assert.deepEqual(failed.kind === "failed" && [failed.oldIsGone, failed.trouble], [false, "not allowed"]);
  });

  it("says the share that was read last, and all where none was", async () => {
    const at = await setting(interrupted);
    const record = aRecord({ stage: 1, startedAt: at.release.startedAt });
    at.outside.deployments.recorded(between(oldVersion, newVersion, 50), "Moved.", record);
    failing(at, "before", 1000);
    const { reverted: failed } = await reverted(at);
    assert.equal(failed.kind === "failed" && failed.percent, 50);
    const unread = await setting(interrupted);
    unread.outside.deployments.active = () => Promise.reject(error());
    unread.outside.deployments.made.length = 0;
    const { release, cause, outside } = unread;
    const seen = { ...observation(release, outside.clock.now()), active: undefined };
    const result = await revert(
      { release, state: unread.state, observation: seen },
      cause,
      "Found.",
      outside,
    );
    assert.equal(result.reverted.kind === "failed" && result.reverted.percent, 100);
  });

  it("says meanwhile that the readings lag behind", async () => {
    const at = await setting();
    await reverted(at, { ...at.ours, id: "newer", createdAt: at.outside.clock.now() });
    assert.equal(at.outside.progress.statuses[0], `REVERTING, not done yet, trying again: ${stale}`);
  });
});

describe("a revert after a write that was lost", () => {
  it("waits until that can no longer be made, and puts it back if it is", async () => {
    const at = await setting(interrupted);
    at.state = { ...at.state, failure: late(at, 14_000) };
    const { reverted: done } = await reverted(at);
    assert.equal(done.kind, "done");
    assert.deepEqual(
      at.outside.deployments.made.slice(0, 3).map(({ split }) => split),
      [all(oldVersion), at25, all(oldVersion)],
    );
  });

  it("waits no longer than a quarter of a minute", async () => {
    const at = await setting(leftOver);
    const { clock } = at.outside;
    at.state = { ...at.state, failure: failure({ lostAt: clock.now() - 10_000 }) };
    assert.equal((await reverted(at)).tookMs, 5000);
    const over = await setting(leftOver);
    over.state = { ...over.state, failure: failure({ lostAt: over.outside.clock.now() - 15_000 }) };
    assert.equal((await reverted(over)).tookMs, 0);
  });

  it("waits for one of its own only before another release begins", async () => {
    for (const [cause, waits] of [
      [leftOver, true],
      [{ kind: "blind", what: "telemetry", forMs: 1, orderedMs: 0, trouble: "" } as const, false],
    ] as const) {
      const at = await setting(cause);
      failing(at, "before", 1);
      const { tookMs } = await reverted(at);
      assert.equal(tookMs, waits ? 15_000 : 1000);
    }
  });

  it("remembers one of its own that was lost though a reading fails after it", async () => {
    const at = await setting(leftOver);
    failing(at, "before", 1);
    at.outside.clock.at(at.outside.clock.elapsed() + 500, () => {
      failing(at, "read", 1);
    });
    assert.equal((await reverted(at)).tookMs, 15_000);
  });

  it("leaves alone what somebody else has deployed meanwhile", async () => {
    const at = await setting(leftOver);
    const { clock, deployments } = at.outside;
    at.state = { ...at.state, failure: failure({ lostAt: clock.now() }) };
    clock.at(clock.elapsed() + 10_000, () => deployments.foreign(all(otherVersion)));
    const { reverted: done } = await reverted(at);
    assert.deepEqual(done.kind === "done" && done.after?.split, all(otherVersion));
    assert.deepEqual(deployments.made[0]?.split, all(otherVersion));
  });

  it("waits for it before it leaves the traffic to others, over whose deployment it may be made", async () => {
    const at = await setting(interrupted);
    at.state = { ...at.state, failure: late(at, 14_000) };
    at.outside.deployments.foreign(all(otherVersion));
    const { reverted: done } = await reverted(at);
    assert.equal(done.kind, "done");
    assert.deepEqual(at.outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("leaves it to them when it was not made", async () => {
    const at = await setting(interrupted);
    at.state = { ...at.state, failure: failure({ lostAt: at.outside.clock.now() }) };
    at.outside.deployments.foreign(all(otherVersion));
    const { reverted: yielded, tookMs } = await reverted(at);
    assert.deepEqual([yielded.kind, tookMs], ["yielded", 15_000]);
  });
});

describe("a revert before the first split is known to be deployed", () => {
  async function unsure(lostMs: number | undefined): Promise<Setting> {
    const outside = world(quietTraffic);
    const release = aRelease({}, { startedAt: outside.clock.now() });
    const [before] = outside.deployments.made;
    assert.ok(before);
    await outside.clock.sleep(minute);
    const lostAt = lostMs === undefined ? undefined : outside.clock.now() - lostMs;
    const state = starting({ before, since: release.startedAt, failure: failure({ lostAt }) });
    return { outside, release, ours: before, state, cause: { kind: "stuck", trouble: "" } };
  }

  it("has nothing to put back when it does not show in time", async () => {
    for (const [lostMs, tookMs] of [
      [undefined, 0],
      [15_000, 0],
      [14_999, 1000],
    ] as const) {
      const result = await reverted(await unsure(lostMs));
      assert.deepEqual([result.reverted, result.tookMs], [{ kind: "nothing" }, tookMs]);
    }
  });

  it("puts it back when it shows, and knows where the release stood", async () => {
    const at = await unsure(0);
    late(at, 5000);
    const { reverted: done, state } = await reverted(at);
    assert.equal(done.kind, "done");
    assert.equal(state.phase, "soaking");
    assert.deepEqual(at.outside.deployments.made[0]?.split, all(oldVersion));
  });

  it("leaves alone what somebody else has deployed instead", async () => {
    const at = await unsure(15_000);
    at.outside.deployments.foreign(all(otherVersion));
    assert.equal((await reverted(at)).reverted.kind, "yielded");
  });

  it("is not written without a reading", async () => {
    const at = await unsure(0);
    failing(at, "read", 1000);
    const { reverted: failed } = await reverted(at);
    // The last deployment known had no traffic for the new version.
    assert.equal(failed.kind === "failed" && failed.percent, 0);
    assert.equal(at.outside.deployments.calls.create, 0);
  });
});
