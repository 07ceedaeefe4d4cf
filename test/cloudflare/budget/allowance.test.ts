import assert from "node:assert/strict";
import { Allowance } from "../../../provider/cloudflare/budget/allowance";
import type { Urgency } from "../../../provider/rollout/ports";

const second = 1000;
const minute = 60 * second;
const window = 5 * minute;
const ample = 1;
const none = new Headers();
const half = (): number => 0.5;

/** How many requests of an urgency are sent in so long a time when each goes as soon as it may. */
function sentIn(
  allowance: Allowance,
  urgency: Urgency,
  from: number,
  to: number,
  otherPerMs = ample,
): number {
  for (let sent = 0, now = from; ; sent += 1) {
    now = allowance.freeAt(urgency, now, otherPerMs);
    if (now >= to) return sent;
    allowance.take(urgency, now, otherPerMs);
  }
}

describe("the allowance of one token", () => {
  it("leaves a share of the limit to others, a larger part to reverts, and never all of it", () => {
    assert.equal(sentIn(new Allowance(half), "telemetry", 0, window), 1020);
    assert.equal(sentIn(new Allowance(half), "revert", 0, window), 1140);
    const spent = new Allowance(half);
    sentIn(spent, "telemetry", 0, minute);
    assert.equal(sentIn(spent, "write", minute, window), 0);
    assert.equal(sentIn(spent, "revert", minute, window), 120);
  });

  it("is kept to in every window, not only in the first", () => {
    const allowance = new Allowance(half);
    const sent: number[] = [];
    for (let now = 0; now < 4 * window;) {
      now = allowance.freeAt("telemetry", now, ample);
      sent.push(now);
      allowance.take("telemetry", now, ample);
      now += 100;
    }
    for (const from of sent) {
      assert.ok(sent.filter((at) => from <= at && at < from + window).length <= 1020);
    }
  });

  const rate = 720 / window;
  const bursts = [
    ["start", 90],
    ["look", 135],
    ["write", 300],
  ] as const;
  for (const [urgency, burst] of bursts) {
    it(`lets ${burst} requests of the kind ${urgency} go at once, and then as many as there are for it`, () => {
      const allowance = new Allowance(half);
      assert.equal(sentIn(allowance, urgency, 0, 1, rate), burst);
      assert.ok(Math.abs(sentIn(allowance, urgency, 1, window, rate) - 720) <= 1);
    });
  }

  it("goes first to what is more urgent: writes may run ahead of looks and of what begins", () => {
    const allowance = new Allowance(half);
    sentIn(allowance, "start", 0, 1, rate);
    assert.equal(sentIn(allowance, "start", 1, 2, rate), 0);
    assert.equal(sentIn(allowance, "write", 1, 2, rate), 210);
  });

  it("is nothing for as long as the service orders, and a little longer, but for one revert at a time", () => {
    const allowance = new Allowance(half);
    allowance.answered(429, new Headers({ "retry-after": "100" }), 0, 0);
    assert.equal(allowance.orderedMs("telemetry", 0), 102_500);
    assert.equal(allowance.orderedMs("revert", 0), 0);
    assert.equal(sentIn(allowance, "revert", 0, 35 * second), 3);
  });

  it("is a whole window's wait where the service does not say how long", () => {
    const allowance = new Allowance(() => 0);
    allowance.answered(429, none, 0, 0);
    assert.equal(allowance.orderedMs("look", 0), window);
  });

  it("is there again as soon as a revert gets through, and not for what was sent before the refusal", () => {
    const allowance = new Allowance(half);
    allowance.answered(429, none, 1000, 2000);
    allowance.answered(200, none, 1500, 2500);
    assert.ok(allowance.orderedMs("telemetry", 3000) > 0);
    allowance.take("revert", 20_000, ample);
    allowance.answered(200, none, 20_000, 20_100);
    assert.equal(allowance.orderedMs("telemetry", 20_200), 0);
  });

  it("is halved by a refusal, once for all that were on their way, and comes back slowly", () => {
    const allowance = new Allowance(half);
    assert.equal(allowance.limit(0), 900);
    for (const now of [1, 2, 3]) allowance.answered(429, none, 0, now);
    assert.equal(allowance.limit(4), 450);
    assert.equal(allowance.limit(1 + 5 * window), 510);
    assert.equal(allowance.limit(1 + 17.5 * window), 564);
    assert.equal(allowance.limit(1000 * window), 900);
    for (let block = 0; block < 20; block += 1)
      allowance.answered(429, none, 0, 2000 * window + block * 400_000);
    assert.ok(allowance.limit(2000 * window + 20 * 400_000) >= 60);
  });

  it("follows a header that counts down, and so what others send", () => {
    const allowance = new Allowance(half);
    allowance.answered(200, new Headers({ ratelimit: '"default";r=185;t=60' }), 0, 0);
    assert.equal(sentIn(allowance, "telemetry", 0, minute), 5);
    assert.equal(allowance.freeAt("telemetry", 1, ample), minute);
    assert.equal(sentIn(allowance, "revert", 1, minute), 120);
  });
});
