import assert from "node:assert/strict";
import fc from "fast-check";
import { tryCheck, type Check } from "../../provider/cloudflare/checks/check";
import { holds, type Finding } from "../../provider/cloudflare/checks/finding";
import { bucketsIn, spanAround } from "../../provider/cloudflare/checks/span";
import { PortError } from "../../provider/rollout/ports";

function checkThat(find: () => Promise<Finding>, deadlineMs?: number): Check<undefined> {
  const meta = { id: "it", question: "Is it?", assumes: "it is" };
  return { ...meta, find, ...(deadlineMs !== undefined && { deadlineMs }) };
}

describe("a check", () => {
  const failing: readonly [what: string, error: unknown, verdict: string][] = [
    ["is refused", new PortError("refused", "No."), "fails"],
    ["finds nothing", new PortError("missing", "No."), "fails"],
    ["gets no answer", new PortError("unavailable", "No."), "open"],
    ["breaks", new TypeError("No."), "open"],
    ["throws what is no error", "No.", "open"],
  ];
  for (const [what, error, verdict] of failing) {
    it(`that ${what} is ${verdict}, with the reason`, async () => {
      const rejected = Promise.resolve().then(() => {
        throw error;
      });
      const finding = await tryCheck(
        checkThat(() => rejected),
        undefined,
      );
      assert.equal(finding.verdict, verdict);
      assert.match(finding.verdict === "holds" ? "" : finding.advice, /^No\./);
    });
  }

  it("that never ends is given up after its deadline", async () => {
    const finding = await tryCheck(
      checkThat(() => new Promise(() => undefined), 20),
      undefined,
    );
    assert(finding.verdict === "open");
    assert.match(finding.advice, /^It took longer than 0\.02 s and was given up\./);
  });

  it("that ends in time says what it has found", async () => {
    assert.deepEqual(
      await tryCheck(
        checkThat(() => Promise.resolve(holds("it is"))),
        undefined,
      ),
      holds("it is"),
    );
  });
});

describe("the span that is looked at", () => {
  it("has whole buckets at epoch multiples, all invocations, and some in its first bucket", () => {
    const hour = fc.array(fc.integer({ min: 0, max: 3_599_999 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(hour, fc.integer({ min: 1e12, max: 2e12 }), (offsets, start) => {
        const times = offsets.map((offset) => start + offset);
        const span = spanAround(times);
        assert(span);
        const { from, to, bucketMs } = span;
        assert.equal(from % bucketMs, 0);
        assert.equal((to - from) % bucketMs, 0);
        assert.equal(bucketMs % 1000, 0);
        assert.ok(bucketsIn(span) >= 10 && bucketsIn(span) <= 61);
        assert.ok(times.every((time) => from <= time && time < to));
        assert.ok(times.some((time) => time < from + bucketMs));
      }),
    );
  });

  it("is none without invocations", () => {
    assert.equal(spanAround([]), undefined);
  });
});
