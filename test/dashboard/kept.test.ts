import assert from "node:assert/strict";
import { Kept } from "../../provider/dashboard/kept";

/** Something that is read when the test says so. */
function readable() {
  const clock = { time: 1_000_000, now: () => clock.time };
  const readings: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const kept = new Kept<string>(
    () => new Promise((resolve, reject) => readings.push({ resolve, reject })),
    clock,
  );
  return { clock, readings, kept };
}

describe("what many pages show", () => {
  it("is read once for all who ask at the same time, and for those who ask soon after", async () => {
    const { clock, readings, kept } = readable();
    const asked = [kept.fresh(1000), kept.fresh(1000), kept.fresh(0)];
    assert.equal(readings.length, 1);
    readings[0]?.resolve("first");
    assert.deepEqual(
      (await Promise.all(asked)).map(({ value }) => value),
      ["first", "first", "first"],
    );
    clock.time += 999;
    assert.equal((await kept.fresh(1000)).value, "first");
    assert.equal(readings.length, 1);
    clock.time += 1;
    const again = kept.fresh(1000);
    readings[1]?.resolve("second");
    assert.equal((await again).value, "second");
  });

  it("is shown at once by what is known, while it is read anew", async () => {
    const { clock, readings, kept } = readable();
    assert.deepEqual(kept.peek(1000), { value: undefined, trouble: undefined });
    readings[0]?.resolve("first");
    await kept.fresh(1000);
    clock.time += 5000;
    assert.equal(kept.peek(1000).value, "first");
    assert.ok(kept.isReading);
    assert.equal(readings.length, 2);
  });

  it("stays when it cannot be read again, with the reason, and is not asked for more often for that", async () => {
    const { clock, readings, kept } = readable();
    const first = kept.fresh(1000);
    readings[0]?.resolve("first");
    await first;
    clock.time += 1000;
    const second = kept.fresh(1000);
    readings[1]?.reject(new Error("no answer"));
    assert.deepEqual(await second, { value: "first", trouble: "no answer" });
    assert.deepEqual(await kept.fresh(1000), { value: "first", trouble: "no answer" });
    assert.equal(readings.length, 2);
    clock.time += 1000;
    const third = kept.fresh(1000);
    readings[2]?.resolve("third");
    assert.deepEqual(await third, { value: "third", trouble: undefined });
  });

  it("is read anew at once after something was changed from here", async () => {
    const { readings, kept } = readable();
    const first = kept.fresh(1000);
    readings[0]?.resolve("first");
    await first;
    kept.forget();
    const second = kept.fresh(1000);
    assert.equal(readings.length, 2);
    kept.forget();
    readings[1]?.resolve("old already");
    await second;
    void kept.fresh(1000);
    assert.equal(readings.length, 3);
  });
});
