import assert from "node:assert/strict";
import { PortError, type Deployment } from "../../provider/rollout/ports";
import { write, type Proposal, type WriteContext, type Written } from "../../provider/rollout/write/write";
import { VirtualClock } from "../fakes/clock";
import { FakeDeployments } from "../fakes/deployments";
import { all, newVersion, oldVersion, otherVersion } from "./simulate";
import { aRecord, between, failure } from "./situations";

const record = aRecord({ startedAt: Date.UTC(2030, 0, 1) });
const request = { split: between(oldVersion, newVersion, 25), sentence: "Stage 1.", record };
const stale = "Cloudflare's list of deployments does not show the last one that is known; it may lag behind.";

interface Setting {
  readonly clock: VirtualClock;
  readonly deployments: FakeDeployments;
  readonly known: Deployment;
}

/** A Worker whose old version serves for ten seconds. */
async function setting(): Promise<Setting> {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  const known = deployments.foreign(all(oldVersion));
  await clock.sleep(10_000);
  return { clock, deployments, known };
}

function attempt(
  { clock, deployments, known }: Setting,
  context: Partial<WriteContext> = {},
  propose: (active: Deployment | undefined) => Proposal<string> = (active) =>
    active?.id === known.id ? { write: request } : { instead: "changed" },
): Promise<Written<string>> {
  return write(propose, { known, ...context }, { clock, deployments });
}

const noAnswer = (retryAfterMs?: number): PortError =>
  new PortError("unavailable", "no answer", retryAfterMs);

describe("a write", () => {
  it("reads first, and makes the split with what it says", async () => {
    const at = await setting();
    const written = await attempt(at);
    const [made] = at.deployments.made;
    assert.deepEqual(written, { kind: "made", deployment: made, request, unread: false });
    assert.deepEqual(made?.split, request.split);
    assert.deepEqual([made.message, made.record], ["Stage 1.", record]);
    assert.deepEqual(at.deployments.calls, { active: 1, create: 1, deployable: 0 });
  });

  it("is not made over what somebody else has deployed", async () => {
    const at = await setting();
    at.deployments.foreign(all(otherVersion));
    assert.deepEqual(await attempt(at), { kind: "instead", because: "changed" });
    assert.equal(at.deployments.calls.create, 0);
  });

  it("is not made while nobody can say what is deployed", async () => {
    const at = await setting();
    at.deployments.failNext("read", noAnswer(7000));
    assert.deepEqual(await attempt(at), {
      ...{ kind: "failed", during: "read", retryAfterMs: 7000 },
      failure: failure({ since: at.clock.now(), orderedMs: 7000, notBefore: at.clock.now() + 7000 }),
    });
    assert.equal(at.deployments.calls.create, 0);
  });

  it("remembers at its next failed reading that an answer was lost, and since when it fails", async () => {
    const at = await setting();
    at.deployments.failNext("read", noAnswer());
    const before = failure({ since: 5, lostAt: 7 });
    const written = await attempt(at, { before });
    assert.deepEqual(written.kind === "failed" && written.failure, before);
  });

  it("does not believe a reading that shows less than is known", async () => {
    const at = await setting();
    const newer = { ...at.known, id: "newer", createdAt: at.clock.now() };
    const written = await attempt(at, { known: newer });
    assert.deepEqual(written.kind === "failed" && [written.during, written.failure.trouble], ["read", stale]);
    at.deployments.made.length = 0;
    assert.equal((await attempt(at)).kind, "failed");
  });

  it("that cannot wait is made without a reading, over what was known last, and says so", async () => {
    const at = await setting();
    at.deployments.failNext("read", noAnswer());
    const written = await attempt(at, { mayBeUnread: true });
    assert.deepEqual([written.kind, written.kind === "made" && written.unread], ["made", true]);
  });

  it("whose answer was lost may have happened, as of now", async () => {
    const at = await setting();
    at.deployments.failNext("after", noAnswer(9000));
    const written = await attempt(at, { before: failure({ since: 5, lostAt: 7 }) });
    assert.deepEqual(written, {
      ...{ kind: "failed", during: "write", retryAfterMs: 9000 },
      failure: failure({
        ...{ since: 5, lostAt: at.clock.now() },
        ...{ orderedMs: 9000, notBefore: at.clock.now() + 9000 },
      }),
    });
  });

  for (const kind of ["refused", "missing"] as const) {
    it(`that is ${kind} has not happened, and never will`, async () => {
      const at = await setting();
      at.deployments.failNext("before", new PortError(kind, "no"));
      const written = await attempt(at, { before: failure({ since: 5, lostAt: 7 }) });
      assert.deepEqual(written, {
        ...{ kind: "failed", during: "write", retryAfterMs: undefined },
        failure: failure({ since: 5, lostAt: 7, forGood: true, trouble: "no" }),
      });
    });
  }

  it("is forced only where it says so", async () => {
    const at = await setting();
    at.deployments.outdated.add(oldVersion);
    assert.equal((await attempt(at)).kind, "failed");
    const forced = { ...request, force: true };
    assert.equal((await attempt(at, {}, () => ({ write: forced }))).kind, "made");
  });

  it("does not hide a fault of this package", async () => {
    const at = await setting();
    at.deployments.active = () => Promise.reject(new TypeError("x is undefined"));
    await assert.rejects(attempt(at), TypeError);
  });
});
