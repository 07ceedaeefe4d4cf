import assert from "node:assert/strict";
import { Queue, type Gate } from "../../../provider/cloudflare/budget/queue";
import type { Urgency } from "../../../provider/rollout/ports";
import { VirtualTime } from "../../fakes/time";

const second = 1000;

/** A queue through which one request a second may go, and what went through it. */
function oneASecond() {
  const time = new VirtualTime();
  const start = time.now();
  let last = start - second;
  const gate: Gate = {
    freeAt: () => last + second,
    take: () => {
      last = time.now();
    },
  };
  const queue = new Queue(gate, time);
  const gone: string[] = [];
  const send = (urgency: Urgency, name: string = urgency): void => {
    void queue.turn(urgency).then(() => gone.push(`${name} at ${(time.now() - start) / second}`));
  };
  return { time, queue, gone, send };
}

describe("the queue of one token's requests", () => {
  it("lets the most urgent go first, whoever came first", async () => {
    const { time, gone, send } = oneASecond();
    for (const urgency of ["start", "look", "telemetry", "write", "revert"] as const) send(urgency);
    await time.pass(10 * second);
    assert.deepEqual(gone, ["start at 0", "revert at 1", "write at 2", "telemetry at 3", "look at 4"]);
  });

  it("lets a revert overtake telemetry that waits", async () => {
    const { time, gone, send } = oneASecond();
    for (let n = 1; n <= 5; n += 1) send("telemetry", `telemetry ${n}`);
    await time.pass(1.5 * second);
    send("revert");
    await time.pass(10 * second);
    assert.deepEqual(gone.slice(0, 4), [
      "telemetry 1 at 0",
      "telemetry 2 at 1",
      "revert at 2",
      "telemetry 3 at 3",
    ]);
  });

  it("is fair among those that are equally urgent: who has waited longest goes first", async () => {
    const { time, gone, send } = oneASecond();
    for (const name of ["a", "b", "c", "a again"]) send("look", name);
    await time.pass(10 * second);
    assert.deepEqual(gone, ["a at 0", "b at 1", "c at 2", "a again at 3"]);
  });

  it("lets others pass what has to wait for a reason of its own", async () => {
    const time = new VirtualTime();
    const start = time.now();
    const queue = new Queue(
      {
        freeAt: (urgency) => (urgency === "write" ? start + 60 * second : time.now()),
        take: () => undefined,
      },
      time,
    );
    const gone: string[] = [];
    for (const urgency of ["write", "telemetry"] as const)
      void queue.turn(urgency).then(() => gone.push(urgency));
    await time.pass(second);
    assert.deepEqual(gone, ["telemetry"]);
    await time.pass(60 * second);
    assert.deepEqual(gone, ["telemetry", "write"]);
  });
});
