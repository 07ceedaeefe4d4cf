import assert from "node:assert/strict";
import fc from "fast-check";
import {
  awaitedPercent,
  isUnderWay,
  readRecord,
  readSentence,
  recordOf,
  writeMessage,
  type ReleaseRecord,
} from "../../provider/rollout/record";
import { newVersion, oldVersion } from "./simulate";
import { aRelease, began } from "./situations";

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

describe("the record of a release", () => {
  const record: ReleaseRecord = {
    ...{ id: "r1", run: "r2", owner: "owner-1", phase: "wait", stage: 1, stages: 3 },
    ...{ startedAt: Date.UTC(2030, 0, 1), newVersionId: newVersion, oldVersionId: oldVersion },
    ...{ retry: "a b]", next: 50.5 },
    begun: [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 1, 0, 5)],
    since: Date.UTC(2030, 0, 1, 0, 10),
  };
  const text = `[workers-release id=r1 run=r2 owner=owner-1 phase=wait stage=2/3 started=2030-01-01T00:00:00.000Z old=${oldVersion} new=${newVersion} retry=a%20b%5D next=50.5 begun=0,300 since=600]`;
  const least = `[workers-release id=r1 phase=soak stage=2/3 started=2030-01-01T00:00:00.000Z new=${newVersion} retry=]`;

  it("is written as it stands in the messages of this version, which later ones have to read", () => {
    assert.equal(writeMessage("Waits.", record), `Waits. ${text}`);
    assert.deepEqual(readRecord(`Waits. ${text}`), record);
  });

  it("leaves out what is not so, or goes without saying", () => {
    const given = { ...record, run: "r1", owner: undefined, phase: "soak", retry: "" } as const;
    const short = { ...given, oldVersionId: undefined, next: undefined, begun: [], since: undefined };
    assert.equal(writeMessage("", short), ` ${least}`);
    assert.deepEqual(readRecord(least), short);
  });

  it("has times to the second, none before the release began", () => {
    const early = { ...record, begun: [record.startedAt - 5000, record.startedAt + 1499], since: undefined };
    assert.match(writeMessage("", early), / begun=0,1]$/);
  });

  const changed: [what: string, text: string, isRecord: boolean][] = [
    ["of the last stage", least.replace("2/3", "3/3"), true],
    ["of a stage past the last", least.replace("2/3", "4/3"), false],
    ["of a stage before the first", least.replace("2/3", "0/3"), false],
    ["of a stage that is no number", least.replace("2/3", "x2/3"), false],
    ["of stages that are no number", least.replace("2/3", "2/3x"), false],
    ["with as many begins as stages", least.replace("]", " begun=1,2]"), true],
    ["with more begins than stages", least.replace("]", " begun=1,2,3]"), false],
    ["with a begin that is no number", least.replace("]", " begun=1,x]"), false],
    ["with words before the begins", least.replace("]", " begun=x1]"), false],
    ["with a since that is no number", least.replace("]", " since=1x]"), false],
    ["with words before a since", least.replace("]", " since=x1]"), false],
    ["with a next over 100 %", least.replace("]", " next=100.5]"), false],
    ["with a next of 100 %", least.replace("]", " next=100]"), true],
    ["with a next of 0 %", least.replace("]", " next=0]"), true],
    ["with a next below 0 %", least.replace("]", " next=-1]"), false],
    ["without an id", least.replace("id=r1", "id="), false],
    ["with an empty run", least.replace("phase", "run= phase"), false],
    ["with an empty owner", least.replace("phase", "owner= phase"), false],
    ["in a phase that nobody knows", least.replace("soak", "rest"), false],
    ["that began at no time", least.replace("2030-01-01T", "x"), false],
    ["that is not at the end", `${least} and more`, false],
    ["with a retry that nobody can decode", least.replace("retry=", "retry=%zz"), true],
  ];
  for (const [what, message, isRecord] of changed) {
    it(`${what} is ${isRecord ? "" : "not "}read`, () => {
      assert.equal(readRecord(message) !== undefined, isRecord);
    });
  }

  it("keeps a retry that nobody can decode as it stands", () => {
    assert.equal(readRecord(least.replace("retry=", "retry=%zz"))?.retry, "%zz");
  });

  it("has the last fifty begins, and of a wait what it leads to", () => {
    const release = aRelease();
    const begun = Array.from({ length: 60 }, (_, index) => began + index * 1000);
    const waits = recordOf(release, 1, "wait", { begun, since: began });
    assert.deepEqual(waits, {
      ...{ id: "r1", run: "r1", owner: "owner-1", phase: "wait", stage: 1, stages: 3, startedAt: began },
      ...{ newVersionId: newVersion, oldVersionId: oldVersion, retry: "", next: 100 },
      ...{ begun: begun.slice(10), since: began },
    });
    assert.deepEqual(recordOf(release, 1, "soak"), {
      ...waits,
      phase: "soak",
      next: undefined,
      begun: [],
      since: undefined,
    });
    assert.equal(recordOf(release, 2, "wait").next, undefined);
  });

  it("says what an approval leads to only while it waits, and not after the last stage", () => {
    assert.equal(awaitedPercent(record), 50.5);
    assert.equal(awaitedPercent({ ...record, phase: "soak" }), undefined);
    assert.equal(awaitedPercent({ ...record, stage: 2 }), undefined);
  });

  it("is under way while it soaks or waits", () => {
    const phases = ["soak", "wait", "completed", "aborted", "inconclusive", "interrupted"] as const;
    assert.deepEqual(
      phases.filter((phase) => isUnderWay({ ...record, phase })),
      ["soak", "wait"],
    );
  });

  it("cuts a sentence that is too long, never in the middle of a character, and says so", () => {
    const sentence = "é".repeat(600);
    const message = writeMessage(sentence, record);
    assert.ok(Buffer.byteLength(message) >= 998 && Buffer.byteLength(message) <= 1000);
    assert.match(readSentence(message), /^é+…$/);
    const room = 1000 - Buffer.byteLength(` ${text}`);
    assert.equal(readSentence(writeMessage("x".repeat(room), record)), "x".repeat(room));
    assert.equal(readSentence(writeMessage("x".repeat(room + 1), record)), `${"x".repeat(room - 3)}…`);
  });
});
