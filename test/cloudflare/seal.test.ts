import assert from "node:assert/strict";
import fc from "fast-check";
import { proven, sealedMessage, type Older, type Told, type Witness } from "../../provider/cloudflare/seal";
import type { Split } from "../../provider/rollout/ports";
import { anyText } from "../fakes/texts";
import { all, newVersion, oldVersion } from "../rollout/simulate";
import { aRecord, began, between } from "../rollout/situations";

const worker = { accountId: "account", scriptName: "checkout" };
const split = between(oldVersion, newVersion, 25);
const record = aRecord();

/** A deployment that nobody wrote anything into, one of ten. */
function older(number: number): Older {
  return { id: `d${number}`, createdOn: `2030-01-01T05:00:00.00000${number}Z`, split, text: "hotfix" };
}

const history = Array.from({ length: 9 }, (_, index) => older(index));

function told(text: string, of: Split = split): Told {
  const times = { createdAt: began, createdOn: "2030-01-01T06:00:00.123456Z" };
  return { id: "d9", ...times, split: of, text, author: "jo with wrangler", byUpload: false };
}

function sealed(over: Witness | undefined, sentence = "Stage 1.", in_ = worker): string {
  return sealedMessage(sentence, record, split, over, in_);
}

describe("the record of a deployment", () => {
  it("is proven by any deployment before it: writes that were lost may lie between", () => {
    for (const over of history) {
      const { message, isUnproven, record: read } = proven(told(sealed(over)), history, worker);
      assert.deepEqual([read, message, isUnproven], [record, "Stage 1.", false]);
    }
  });

  it("is proven whatever people write into the sentence", () => {
    fc.assert(
      fc.property(anyText, (sentence) => {
        assert.deepEqual(proven(told(sealed(history[0], sentence)), history, worker).record, record);
      }),
    );
  });

  it("does not depend on how the API tells the split", () => {
    const text = sealedMessage("Stage 1.", record, between(oldVersion, newVersion, 0), history[0], worker);
    for (const as of [all(oldVersion), between(oldVersion, newVersion, 0).toReversed()]) {
      assert.deepEqual(proven(told(text, as), history, worker).record, record);
    }
  });

  const genuine = sealed(history[0]);
  const forgeries: readonly (readonly [string, Told])[] = [
    ["is sealed by a deployment that is not there", told(sealed(older(10)))],
    [
      "is sealed by one whose moment is known to the millisecond only",
      told(sealed({ id: "d0", createdOn: "2030-01-01T05:00:00.000Z" })),
    ],
    ["is sealed by itself", told(sealed(told("")))],
    ["is sealed by nothing", told(sealed(undefined))],
    [
      "is sealed for another Worker",
      told(sealed(history[0], "Stage 1.", { ...worker, scriptName: "other" })),
    ],
    ["is sealed in another account", told(sealed(history[0], "Stage 1.", { ...worker, accountId: "other" }))],
    ["stands in another split", told(genuine, between(oldVersion, newVersion, 50))],
    ["was changed", told(genuine.replace("phase=soak", "phase=wait"))],
    ["has a seal of another length", told(genuine.replace(/seal=../, "seal="))],
    ["has no seal, as those of version 0.1", told(genuine.replace(/ seal=[^\]]*/, ""))],
    ["cannot be read", told("[workers-release phase=aborted]")],
  ];
  for (const [what, forged] of forgeries) {
    it(`is shown, and not believed, when it ${what}`, () => {
      const shown = proven(forged, history, worker);
      assert.deepEqual([shown.record, shown.isUnproven, shown.message], [undefined, true, forged.text]);
    });
  }

  it("is not believed when the split does not bear it out, whoever wrote it", () => {
    const aborted = aRecord({ phase: "aborted" });
    const text = sealedMessage("Aborted.", aborted, split, history[0], worker);
    const shown = proven(told(text), history, worker);
    assert.deepEqual([shown.record, shown.isUnproven, shown.message], [undefined, true, "Aborted."]);
  });

  it("is nobody's where the message is like none of ours", () => {
    const shown = proven(told(" hotfix for [checkout] "), history, worker);
    assert.deepEqual(
      [shown.record, shown.isUnproven, shown.message],
      [undefined, false, "hotfix for [checkout]"],
    );
  });
});

describe("the record of a Worker's first deployment", () => {
  const alone = all(newVersion);
  const first = aRecord({ oldVersionId: undefined });
  const text = sealedMessage("First.", first, alone, undefined, worker);
  const again: Older = { id: "d8", createdOn: "2030-01-01T05:59:59.1Z", split: alone, text };

  it("has no deployment to prove it, and needs none", () => {
    assert.deepEqual(proven(told(text, alone), [], worker).record, first);
  });

  it("is proven also when it was made twice, since its answer was lost", () => {
    assert.deepEqual(proven(told(text, alone), [again], worker).record, first);
  });

  it("is not believed after any other deployment", () => {
    const others: readonly Older[] = [again, { ...again, text: "hotfix" }];
    assert.equal(proven(told(text, alone), others, worker).record, undefined);
  });

  it("can name no old version: anybody could have sealed that", () => {
    const forged = sealedMessage("First.", record, alone, undefined, worker);
    assert.equal(proven(told(forged, alone), [], worker).record, undefined);
  });
});
