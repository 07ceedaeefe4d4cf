import assert from "node:assert/strict";
import { generator } from "../../fakes/random";
import { VirtualTime } from "../../fakes/time";
import { greedy, LimitedService } from "./limited";

const minute = 60_000;

describe("processes with one token", () => {
  it("that is alone is never refused, however much it wants", async () => {
    const time = new VirtualTime();
    const service = new LimitedService(time);
    greedy(time, service, "telemetry", generator("alone"));
    await time.pass(60 * minute);
    assert.equal(service.refused, 0);
    assert.ok(service.sentAt.length >= 12 * 1000, `${service.sentAt.length} sent`);
  });

  for (const count of [2, 4]) {
    it(`that are ${count} find out by refusals, and then keep below the limit together`, async () => {
      const time = new VirtualTime();
      const service = new LimitedService(time);
      const random = generator(`${count} processes`);
      for (let n = 0; n < count; n += 1) greedy(time, service, "telemetry", random);
      await time.pass(40 * minute);
      const early = service.refused;
      assert.ok(early > 0 && early <= 3 * count, `${early} refused`);
      await time.pass(60 * minute);
      assert.equal(service.refused, early);
      const inHour = service.sentAt.filter((at) => at > time.now() - 60 * minute);
      assert.ok(inHour.length > 0.4 * 12 * 1200, `${inHour.length} sent`);
    });
  }

  it("come back at different moments after a block", async () => {
    const time = new VirtualTime();
    const service = new LimitedService(time, { requests: 100, seconds: 300 });
    const random = generator("jitter");
    for (let n = 0; n < 3; n += 1) greedy(time, service, "telemetry", random);
    const begun = time.now();
    await time.pass(
      20 * minute,
      () => service.refused > 0 && service.sentAt.some((at) => at > begun + minute),
    );
    const first = service.sentAt.at(-1) ?? 0;
    assert.ok(first > begun + 5 * minute, "nobody sends during the block");
    assert.equal(service.sentAt.filter((at) => at === first).length, 1);
  });
});
