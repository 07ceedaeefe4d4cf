import assert from "node:assert/strict";
import fc from "fast-check";
import {
  awaitedPercent,
  isUnderWay,
  type PlannedStage,
  type ReleaseRecord,
} from "../../provider/rollout/record/record";
import { recordOf } from "../../provider/rollout/record/recordOf";
import {
  looksRecorded,
  readMessage,
  writeMessage,
  writeRecord,
} from "../../provider/rollout/record/recordText";
import { anyText } from "../fakes/texts";
import { newVersion, oldVersion } from "./simulate";
import { aRelease, began, planned } from "./situations";

const stage: fc.Arbitrary<PlannedStage> = fc
  .tuple(
    fc.integer({ min: 0, max: 10_000 }),
    fc.integer({ min: 1000, max: 30 * 86_400_000 }),
    fc.constantFrom("automatic", "manual"),
  )
  .map(([hundredths, soakMs, progression]) => ({ percent: hundredths / 100, soakMs, progression }));

const records: fc.Arbitrary<ReleaseRecord> = fc
  .record({
    id: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
    run: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
    owner: fc.stringMatching(/^[0-9a-f]{8}$/),
    phase: fc.constantFrom("soak", "wait", "completed", "aborted", "inconclusive"),
    stages: fc.integer({ min: 1, max: 50 }),
    startedAt: fc.integer({ min: 0, max: 4e12 }),
    newVersionId: fc.uuid(),
    oldVersionId: fc.option(fc.uuid(), { nil: undefined }),
    retry: anyText.map((text) => text.slice(0, 64).toWellFormed()),
    next: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  })
  .chain((rest) => fc.integer({ min: 0, max: rest.stages - 1 }).map((stage) => ({ ...rest, stage })))
  .chain((rest) =>
    fc
      .array(fc.integer({ min: 0, max: 5_184_000 }), { maxLength: rest.stage + 1 })
      .map((seconds) => ({ ...rest, begun: seconds.map((each) => rest.startedAt + each * 1000) })),
  )
  .chain((rest) =>
    fc.option(fc.integer({ min: 0, max: 5_184_000 }), { nil: undefined }).map((seconds) => ({
      ...rest,
      since: seconds === undefined ? undefined : rest.startedAt + seconds * 1000,
    })),
  )
  .chain((rest) =>
    fc
      .record(
        {
          heldBy: anyText.map((text) => text.slice(0, 40).toWellFormed()),
          previous: fc.uuid(),
          planned: fc.array(stage, { minLength: rest.stages, maxLength: rest.stages }),
        },
        { requiredKeys: [] },
      )
      .map((more) => ({ ...rest, ...more })),
  );

const stageOf = (index: number): PlannedStage => ({
  percent: 2 * index,
  soakMs: 1000,
  progression: "manual",
});

const seal = "AAAAAAAAAAAAAAAAAAAAAA";

function written(sentence: string, record: ReleaseRecord): string {
  return writeMessage(sentence, writeRecord(record), seal);
}

describe("the message of a deployment", () => {
  it("gives back the record, whatever the sentence, in at most 1000 bytes", () => {
    fc.assert(
      fc.property(records, anyText, (record, sentence) => {
        const message = written(sentence, record);
        assert.ok(Buffer.byteLength(message) <= 1000);
        const read = readMessage(message);
        assert.ok(read?.seal === seal);
        const { begun, planned, previous, heldBy } = read.record;
        const { planned: whole, previous: before, ...rest } = record;
        const kept = {
          ...rest,
          begun: record.begun.slice(-begun.length || Infinity),
          ...(planned && { planned }),
          ...(previous !== undefined && { previous: before }),
          ...(heldBy !== undefined && { heldBy }),
        };
        assert.deepEqual(read.record, kept);
        assert.ok(record.heldBy === undefined || (heldBy !== undefined && record.heldBy.startsWith(heldBy)));
        if (planned !== undefined) assert.deepEqual(planned, whole);
        // Nothing of the rest is given up for it.
        if (planned !== undefined) assert.equal(begun.length, record.begun.length);
      }),
    );
  });

  it("has all begins of fifty stages, unless the retry is very long", () => {
    const [record] = fc.sample(records, 1);
    assert.ok(record);
    const begun = Array.from({ length: 50 }, (_, index) => record.startedAt + index * 86_400_000);
    // Nothing is left to leave out: it is as long as it is.
    const longest = { ...record, retry: "x".repeat(900), begun: begun.slice(0, 1) };
    assert.doesNotMatch(writeRecord(longest), / begun=/);
    const full: ReleaseRecord = {
      ...record,
      heldBy: "jo",
      retry: "x".repeat(64),
      stage: 49,
      stages: 50,
      begun,
    };
    assert.deepEqual(readMessage(written("", full))?.record.begun, begun);
    const long = readMessage(written("", { ...full, retry: "書".repeat(64) }))?.record;
    assert.deepEqual(long?.begun, begun.slice(-(long?.begun.length ?? 0)));
  });

  it("fits with the longest retry, names and times there can be, and can be gone on with", () => {
    const [record] = fc.sample(records, 1);
    assert.ok(record);
    const at = record.startedAt + 5_184_000_000;
    const longest: ReleaseRecord = {
      ...record,
      ...{
        id: "20301231-235959-1a2b3c",
        run: "20301231-235959-1a2b3d",
        phase: "wait",
        stage: 48,
        stages: 50,
      },
      ...{ oldVersionId: record.newVersionId, previous: record.newVersionId, retry: "書".repeat(64) },
      ...{ next: 50.25, since: at, frozenUntil: at, drivenSince: at, awaitsGate: true, isWayBack: true },
      ...{ approvedBy: "kim".repeat(20), heldBy: "jo".repeat(30) },
    };
    const message = written("Waits.", longest);
    assert.ok(Buffer.byteLength(message) <= 1000, `${Buffer.byteLength(message)} bytes`);
    const read = readMessage(message)?.record;
    assert.deepEqual([read?.retry, read?.since, read?.heldBy], [longest.retry, at, "jo".repeat(10)]);
    assert.equal(writeRecord(read ?? record), writeRecord(longest));
  });

  it("keeps a sentence that fits as it is", () => {
    const [record] = fc.sample(records, 1);
    assert.ok(record);
    assert.equal(readMessage(written("Stage 2 of 5 – 25 %.", record))?.sentence, "Stage 2 of 5 – 25 %.");
  });

  it("looks like one of a release even where it cannot be read", () => {
    assert.ok(looksRecorded("Aborted. [workers-release id=r1"));
    assert.ok(!looksRecorded("Aborted [workers]"));
  });

  for (const [what, message] of [
    ["nothing", ""],
    ["somebody's own words", "hotfix for [checkout]"],
    [
      "a record without a phase",
      "[workers-release id=r owner=o stage=1/2 started=2030-01-01T00:00:00.000Z new=00000000-0000-4000-8000-000000000001 retry= seal=s]",
    ],
    [
      "a stage past the last",
      "[workers-release id=r owner=o phase=soak stage=3/2 started=2030-01-01T00:00:00.000Z new=00000000-0000-4000-8000-000000000001 retry= seal=s]",
    ],
    [
      "a version that is no id",
      "[workers-release id=r owner=o phase=soak stage=1/2 started=2030-01-01T00:00:00.000Z new=latest retry= seal=s]",
    ],
    [
      "a record without a seal, as version 0.1 wrote it",
      "[workers-release id=r owner=o phase=soak stage=1/2 started=2030-01-01T00:00:00.000Z new=00000000-0000-4000-8000-000000000001 retry=]",
    ],
  ] as const) {
    it(`with ${what} is not one of ours`, () => {
      assert.equal(readMessage(message), undefined);
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
  const text = `id=r1 run=r2 owner=owner-1 phase=wait stage=2/3 started=2030-01-01T00:00:00.000Z old=${oldVersion} new=${newVersion} retry=a%20b%5D next=50.5 begun=0,300 since=600`;
  const least = `[workers-release id=r1 owner=owner-1 phase=soak stage=2/3 started=2030-01-01T00:00:00.000Z new=${newVersion} retry= seal=${seal}]`;

  it("is written as it stands in the messages of this version, which later ones have to read", () => {
    const message = `Waits. [workers-release ${text} seal=${seal}]`;
    assert.equal(written("Waits.", record), message);
    assert.deepEqual(readMessage(message), { sentence: "Waits.", text, seal, record });
  });

  it("says what came in this version at its end, where earlier ones pass it over", () => {
    const more = {
      frozenUntil: record.startedAt + 3_600_000,
      isWayBack: true,
      approvedBy: "jo & sons",
      drivenSince: record.startedAt + 61_001,
    } as const;
    const moreText = `${text} frozen=3600 back=1 by=jo%20%26%20sons driven=2030-01-01T00:01:01.001Z`;
    const message = `Waits. [workers-release ${moreText} seal=${seal}]`;
    assert.equal(writeRecord({ ...record, ...more }), moreText);
    assert.deepEqual(readMessage(message)?.record, { ...record, ...more });
    const unknown = readMessage(`[workers-release ${text} later=1 seal=${seal}]`);
    assert.deepEqual(unknown?.record, record);
  });

  it("leaves out what is not so, or goes without saying", () => {
    const given = { ...record, run: "r1", phase: "soak", retry: "" } as const;
    const short = { ...given, oldVersionId: undefined, next: undefined, begun: [], since: undefined };
    assert.equal(written("", short), ` ${least}`);
    assert.deepEqual(readMessage(least)?.record, short);
  });

  it("has times to the second, none before the release began", () => {
    const early = { ...record, begun: [record.startedAt - 5000, record.startedAt + 1499], since: undefined };
    assert.match(writeRecord(early), / begun=0,1$/);
  });

  const changed: [what: string, text: string, isRecord: boolean][] = [
    ["of the last stage", least.replace("2/3", "3/3"), true],
    ["of a stage past the last", least.replace("2/3", "4/3"), false],
    ["of a stage before the first", least.replace("2/3", "0/3"), false],
    ["of a stage that is no number", least.replace("2/3", "x2/3"), false],
    ["of stages that are no number", least.replace("2/3", "2/3x"), false],
    ["with a freeze that is no number", least.replace(" seal", " frozen=x seal"), false],
    ["with an approval that nobody can decode", least.replace(" seal", " by=%E0 seal"), true],
    ["with as many begins as stages", least.replace(" seal", " begun=1,2 seal"), true],
    ["with more begins than stages", least.replace(" seal", " begun=1,2,3 seal"), false],
    ["with a begin that is no number", least.replace(" seal", " begun=1,x seal"), false],
    ["with words before the begins", least.replace(" seal", " begun=x1 seal"), false],
    ["with a since that is no number", least.replace(" seal", " since=1x seal"), false],
    ["with words before a since", least.replace(" seal", " since=x1 seal"), false],
    ["with a next over 100 %", least.replace(" seal", " next=100.5 seal"), false],
    ["with a next of 100 %", least.replace(" seal", " next=100 seal"), true],
    ["with a next of 0 %", least.replace(" seal", " next=0 seal"), true],
    ["with a next below 0 %", least.replace(" seal", " next=-1 seal"), false],
    ["without an id", least.replace("id=r1", "id="), false],
    ["with an empty run", least.replace("phase", "run= phase"), false],
    ["with an empty owner", least.replace("owner=owner-1", "owner="), false],
    ["without an owner", least.replace("owner=owner-1 ", ""), false],
    ["with two seals", least.replace("]", ` seal=${seal}]`), false],
    ["with an empty seal", least.replace(seal, ""), false],
    ["with an id that has more than letters in it", least.replace("id=r1", "id=r1;"), false],
    ["in a phase that nobody knows", least.replace("soak", "rest"), false],
    ["that began at no time", least.replace("2030-01-01T", "x"), false],
    ["that is not at the end", `${least} and more`, false],
    ["with a retry that nobody can decode", least.replace("retry=", "retry=%zz"), false],
  ];
  for (const [what, message, isRecord] of changed) {
    it(`${what} is ${isRecord ? "" : "not "}read`, () => {
      assert.equal(readMessage(message) !== undefined, isRecord);
    });
  }

  it("is the last one in the message, whatever stands before", () => {
    for (const before of [
      least,
      "[workers-release ",
      "[workers-release id=r9]",
      `${least} ${least.slice(0, -1)}`,
    ]) {
      const message = written(before, record);
      assert.deepEqual(readMessage(message), { sentence: before.trim(), text, seal, record });
    }
  });

  it("has the last fifty begins, and of a wait what it leads to", () => {
    const release = aRelease();
    const begun = Array.from({ length: 60 }, (_, index) => began + index * 1000);
    const waits = recordOf(release, 1, "wait", { begun, since: began });
    assert.deepEqual(waits, {
      ...{ id: "r1", run: "r1", owner: "owner-1", phase: "wait", stage: 1, stages: 3, startedAt: began },
      ...{ newVersionId: newVersion, oldVersionId: oldVersion, retry: "", next: 100 },
      ...{ begun: begun.slice(10), since: began, planned },
    });
    assert.deepEqual(recordOf(release, 1, "soak"), {
      ...waits,
      phase: "soak",
      next: undefined,
      begun: [],
      since: undefined,
    });
    assert.equal(recordOf(release, 2, "wait").next, 100);
    assert.equal(recordOf(release, 2, "completed").planned, undefined);
    const second = { ...release, previous: "d1" };
    assert.equal(recordOf(second, 0, "soak").previous, "d1");
    assert.equal(recordOf(second, 0, "aborted").previous, "d1");
  });

  it("has the stages of its plan, who holds it and what was released before, where that is known", () => {
    const more = { ...record, heldBy: "jo and kim]", planned, previous: "d-1" };
    const added = " held=jo%20and%20kim%5D plan=25/300,50/600m,100/900 before=d-1";
    assert.equal(written("", more), ` [workers-release ${text}${added} seal=${seal}]`);
    assert.deepEqual(readMessage(written("", more))?.record, more);
  });

  for (const plan of [
    "25/300,50/600m",
    "25/300,50/600m,100/900,100/1",
    "25/300,x,100/900",
    "25/300,50/600m,101/900",
  ]) {
    it(`goes without its plan where that cannot be read: ${plan}`, () => {
      const odd = ` [workers-release ${text} plan=${plan} seal=${seal}]`;
      assert.deepEqual(readMessage(odd)?.record, record);
    });
  }

  it("goes without a plan that leaves little of the sentence", () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...stageOf(index), soakMs: 86_399_000 }));
    assert.doesNotMatch(writeRecord({ ...record, stages: 50, planned: many }), / plan=/);
  });

  it("says what an approval leads to only while it waits", () => {
    assert.equal(awaitedPercent(record), 50.5);
    assert.equal(awaitedPercent({ ...record, phase: "soak" }), undefined);
  });

  it("is under way while it soaks or waits", () => {
    const phases = ["soak", "wait", "completed", "aborted", "inconclusive"] as const;
    assert.deepEqual(
      phases.filter((phase) => isUnderWay({ ...record, phase })),
      ["soak", "wait"],
    );
  });

  it("cuts a sentence that is too long, never in the middle of a character, and says so", () => {
    const sentence = "é".repeat(600);
    const message = written(sentence, record);
    assert.ok(Buffer.byteLength(message) >= 998 && Buffer.byteLength(message) <= 1000);
    const sentenceOf = (of: string) => readMessage(written(of, record))?.sentence;
    assert.match(sentenceOf(sentence) ?? "", /^é+…$/);
    const room = 1000 - Buffer.byteLength(` [workers-release ${text} seal=${seal}]`);
    assert.equal(sentenceOf("x".repeat(room)), "x".repeat(room));
    assert.equal(sentenceOf("x".repeat(room + 1)), `${"x".repeat(room - 3)}…`);
  });
});
