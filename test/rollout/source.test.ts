import assert from "node:assert/strict";
import fc from "fast-check";
import { PortError } from "../../provider/rollout/ports";
import { answered, silence, unanswered, type Source } from "../../provider/rollout/look/source";
import { minute } from "./situations";

const retrying = { pollIntervalMs: 10_000, random: () => 1 };
const noAnswer = new PortError("unavailable", "no answer");
const rateLimited = new PortError("unavailable", "HTTP 429", 5 * minute);

/** A source that has answered at 0 and failed at each of some times. */
function failedAt(times: readonly number[], error: unknown = noAnswer, random = () => 1): Source {
  return times.reduce((source, at) => unanswered(source, error, at, { ...retrying, random }), answered(0));
}

describe("a source that does not answer", () => {
  it("is left alone for longer after the second failure, and never for more than two polls", () => {
    const waits = [1, 2, 3, 4].map((count) => failedAt(Array<number>(count).fill(0)).notBefore);
    assert.deepEqual(waits, [10_000, 20_000, 20_000, 20_000]);
  });

  it("is asked at different moments by different releases", () => {
    assert.equal(failedAt([0], noAnswer, () => 0).notBefore, 5000);
    assert.equal(failedAt([0], noAnswer, () => 0.5).notBefore, 7500);
  });

  it("is left alone for as long as it orders", () => {
    assert.equal(failedAt([1000], rateLimited).notBefore, 5 * minute + 1000);
  });

  it("tells what it said last, and nothing once it answers again", () => {
    assert.equal(failedAt([0], new TypeError("fetch failed")).trouble, "fetch failed");
    const nothing = { failures: 0, notBefore: 0, orderedMs: 0, orderedUntil: 0, unaskedMs: 0, trouble: "" };
    assert.deepEqual(answered(5), { answeredAt: 5, ...nothing });
  });

  it("is remembered with all that its silence is judged by", () => {
    const orders = { orderedMs: 0, orderedUntil: 0, unaskedMs: 0 };
    const failed = { answeredAt: 0, failures: 1, trouble: "no answer", ...orders };
    assert.deepEqual(failedAt([1000]), { ...failed, notBefore: 11_000 });
    const until = 5 * minute + 1000;
    const ordered = { notBefore: until, orderedMs: 5 * minute, orderedUntil: until, trouble: "HTTP 429" };
    assert.deepEqual(failedAt([1000], rateLimited), { ...failed, ...ordered });
    const twice = unanswered(failedAt([1000], rateLimited), rateLimited, until, retrying);
    assert.deepEqual(
      [twice.failures, twice.orderedMs, twice.orderedUntil],
      [2, 10 * minute, until + 5 * minute],
    );
    assert.equal(failedAt([0], "no words").trouble, "no words");
  });
});

describe("the silence of a source", () => {
  it("is the time since its last answer", () => {
    assert.deepEqual(silence(failedAt([10_000, 20_000]), 50_000), { ms: 50_000, orderedMs: 0 });
  });

  it("does not count what it has ordered to wait, neither during the wait nor after it", () => {
    const source = failedAt([10_000], rateLimited);
    assert.deepEqual(silence(source, 10_000 + minute), { ms: 10_000, orderedMs: minute });
    assert.deepEqual(silence(source, 10_000 + 6 * minute), { ms: minute + 10_000, orderedMs: 5 * minute });
  });

  it("is nothing at the moment of an answer, or before it", () => {
    assert.deepEqual(silence(answered(5000), 5000), { ms: 0, orderedMs: 0 });
    assert.deepEqual(silence(answered(5000), 4000), { ms: 0, orderedMs: 0 });
    // A wait that was ordered and has not begun by the clock that asks.
    assert.deepEqual(silence(failedAt([10_000], rateLimited), 9000), { ms: 9000, orderedMs: 0 });
  });

  it("counts what it orders beyond ten minutes", () => {
    const source = failedAt([0, 5 * minute, 10 * minute, 15 * minute], rateLimited);
    assert.deepEqual(silence(source, 20 * minute), { ms: 10 * minute, orderedMs: 10 * minute });
  });

  it("is never negative, and grows no faster than time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.boolean()), { maxLength: 8 }),
        fc.integer({ min: 0, max: 900_000 }),
        (failures, later) => {
          let [source, now] = [answered(0), 0];
          for (const [afterMs, isOrder] of failures) {
            now += afterMs;
            source = unanswered(source, isOrder ? rateLimited : noAnswer, now, retrying);
          }
          const before = silence(source, now);
          const after = silence(source, now + later);
          assert.ok(before.ms >= 0 && after.ms >= before.ms && after.ms - before.ms <= later);
        },
      ),
    );
  });
});
