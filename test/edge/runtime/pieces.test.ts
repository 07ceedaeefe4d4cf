import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { culpritAmong } from "../../../edge/data/culprit";
import { CpuShares, type CpuShare } from "../../../edge/data/shares";
import { Starts } from "../../../edge/data/starts";

describe("starts of versions", () => {
  it("are a few at once, however many are wanted, and each has its turn", async () => {
    const starts = new Starts();
    let [running, most, done] = [0, 0, 0];
    const start = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
      if (done % 3 === 0) throw new Error("a version that does not start");
    };
    await Promise.allSettled(Array.from({ length: 100 }, (_, id) => starts.take(String(id), start)));
    assert.equal(done, 100);
    assert.equal(most, Math.max(2, availableParallelism()));
  });

  it("wait longer and longer for a version that ends at once, and for no other", async () => {
    const starts = new Starts();
    const waited = async (id: string): Promise<number> => {
      const from = performance.now();
      return starts.take(id, () => Promise.resolve(performance.now() - from));
    };
    starts.ended("bad", 5);
    starts.ended("bad", 5);
    assert.ok((await waited("bad")) >= 190);
    starts.ended("bad", 60_000);
    const order: string[] = [];
    starts.ended("bad", 5);
    await Promise.all([
      waited("bad").then(() => order.push("bad")),
      waited("good").then(() => order.push("good")),
    ]);
    assert.deepEqual(order, ["good", "bad"]);
  });
});

describe("the culprit", () => {
  const suspect = (
    name: string,
    activeAt: number,
    rest: { attempt?: number; isAnswered?: boolean } = {},
  ) => ({
    ...{ name, activeAt, attempt: 0, isAnswered: false },
    ...rest,
  });
  const cases: [string, ReturnType<typeof suspect>[], string | undefined][] = [
    ["is nobody where nobody is at work", [], undefined],
    ["is the one that was last seen at work", [suspect("old", 1), suspect("new", 2)], "new"],
    [
      "is rather one that waits for its answer",
      [suspect("waits", 1), suspect("answered", 2, { isAnswered: true })],
      "waits",
    ],
    [
      "is one that was answered where nobody else is left",
      [suspect("answered", 2, { isAnswered: true })],
      "answered",
    ],
    [
      "is rather one that was there before",
      [suspect("again", 1, { attempt: 1 }), suspect("new", 2)],
      "again",
    ],
  ];
  for (const [what, suspects, expected] of cases) {
    it(what, () => {
      assert.equal(culpritAmong(suspects, ({ isAnswered }) => isAnswered)?.name, expected);
    });
  }
});

describe("the shares of CPU time", () => {
  const share = (): CpuShare => ({ cpuTimeMs: 0, sharesFrom: 0 });

  it("are all that was used, for one at a time", () => {
    let used = 0;
    const shares = new CpuShares({ read: () => used, close: () => undefined });
    const one = share();
    shares.begin(one);
    for (const end = performance.now() + 10; performance.now() < end;);
    used = 8;
    shares.end(one);
    shares.settleEnded();
    assert.equal(Math.round(one.cpuTimeMs), 8);
  });

  it("are even for those that ran together, and together all that was used", () => {
    let used = 0;
    const shares = new CpuShares({ read: () => used, close: () => undefined });
    const both = [share(), share()];
    for (const each of both) shares.begin(each);
    for (const end = performance.now() + 10; performance.now() < end;);
    used = 8;
    for (const each of both) shares.end(each);
    shares.settleEnded();
    const [a = 0, b = 0] = both.map(({ cpuTimeMs }) => cpuTimeMs);
    assert.ok(Math.abs(a + b - 8) < 0.01, `${a} + ${b}`);
    assert.ok(Math.abs(a - b) < 1, `${a} and ${b}`);
  });
});
