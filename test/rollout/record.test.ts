import assert from "node:assert/strict";
import fc from "fast-check";
import { readRecord, readSentence, writeMessage, type ReleaseRecord } from "../../provider/rollout/record";

const records: fc.Arbitrary<ReleaseRecord> = fc
  .record({
    id: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
    run: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
    owner: fc.option(fc.stringMatching(/^[0-9a-f]{8}$/), { nil: undefined }),
    phase: fc.constantFrom("soak", "wait", "completed", "aborted", "inconclusive", "interrupted"),
    stages: fc.integer({ min: 1, max: 50 }),
    startedAt: fc.integer({ min: 0, max: 4e12 }),
    newVersionId: fc.uuid(),
    oldVersionId: fc.option(fc.uuid(), { nil: undefined }),
    retry: fc.string({ unit: "grapheme", maxLength: 16 }),
    next: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  })
  .chain((rest) => fc.integer({ min: 0, max: rest.stages - 1 }).map((stage) => ({ ...rest, stage })))
  .chain((rest) =>
    fc
      .array(fc.integer({ min: 0, max: 999_999_999 }), { maxLength: rest.stage + 1 })
      .map((seconds) => ({ ...rest, begun: seconds.map((each) => rest.startedAt + each * 1000) })),
  )
  .chain((rest) =>
    fc.option(fc.integer({ min: 0, max: 999_999_999 }), { nil: undefined }).map((seconds) => ({
      ...rest,
      since: seconds === undefined ? undefined : rest.startedAt + seconds * 1000,
    })),
  );

describe("the message of a deployment", () => {
  it("gives back the record, whatever the sentence, in at most 1000 bytes", () => {
    fc.assert(
      fc.property(records, fc.string({ unit: "grapheme", maxLength: 3000 }), (record, sentence) => {
        const message = writeMessage(sentence, record);
        assert.ok(Buffer.byteLength(message) <= 1000);
        assert.deepEqual(readRecord(message), record);
      }),
    );
  });

  it("keeps a sentence that fits as it is", () => {
    const [record] = fc.sample(records, 1);
    assert.ok(record);
    assert.equal(readSentence(writeMessage("Stage 2 of 5 – 25 %.", record)), "Stage 2 of 5 – 25 %.");
  });

  for (const [what, message] of [
    ["nothing", ""],
    ["somebody's own words", "hotfix for [checkout]"],
    [
      "a record without a phase",
      "[workers-release id=r stage=1/2 started=2030-01-01T00:00:00.000Z new=x retry=]",
    ],
    [
      "a stage past the last",
      "[workers-release id=r phase=soak stage=3/2 started=2030-01-01T00:00:00.000Z new=00000000-0000-4000-8000-000000000001 retry=]",
    ],
    [
      "a version that is no id",
      "[workers-release id=r phase=soak stage=1/2 started=2030-01-01T00:00:00.000Z new=latest retry=]",
    ],
  ] as const) {
    it(`with ${what} is not one of ours`, () => {
      assert.equal(readRecord(message), undefined);
    });
  }
});
