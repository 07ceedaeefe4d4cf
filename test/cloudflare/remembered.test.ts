import assert from "node:assert/strict";
import { Remembered } from "../../provider/cloudflare/remembered";

describe("what one has found out", () => {
  const setting = () => {
    const remembered = new Remembered<number>();
    const at = { now: 0 };
    let found = 0;
    const ask = (keepMs = 1000, find = () => Promise.resolve((found += 1))): Promise<number> =>
      remembered.get(
        "question",
        () => at.now,
        find,
        () => keepMs,
      );
    return { at, ask, remembered };
  };

  it("is told to all who ask meanwhile, and for some time after", async () => {
    const { at, ask } = setting();
    assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
    at.now = 999;
    assert.equal(await ask(), 1);
    at.now = 1000;
    assert.equal(await ask(), 2);
  });

  it("is told to nobody who asks something else", async () => {
    const { ask, remembered } = setting();
    await ask();
    const other = remembered.get(
      "another",
      () => 0,
      () => Promise.resolve(7),
      () => 1,
    );
    assert.equal(await other, 7);
  });

  it("is asked again by the next where it failed", async () => {
    const { ask } = setting();
    await assert.rejects(
      ask(1000, () => Promise.reject(new Error("no answer"))),
      /no answer/,
    );
    assert.equal(await ask(), 1);
  });
});
