import assert from "node:assert/strict";
import { Deadline } from "../../provider/rollout/look/deadline";
import { VirtualClock } from "../fakes/clock";

const never = new Promise<never>(() => undefined);

describe("a deadline", () => {
  it("fails what has not answered by then", async () => {
    const deadline = new Deadline(5000, new VirtualClock());
    await assert.rejects(deadline.within(never), /There was no complete answer within 5 s\./);
  });

  it("is past once nobody waits any more: after its end, or when that is said, before it or meanwhile", () => {
    const stop = new AbortController();
    const [ended, stopped] = [
      new Deadline(5000, new VirtualClock()),
      new Deadline(5000, new VirtualClock(), stop.signal),
    ];
    assert.deepEqual([ended.isPast, stopped.isPast], [false, false]);
    ended.end();
    stop.abort();
    assert.deepEqual([ended.isPast, stopped.isPast], [true, true]);
    assert.equal(new Deadline(5000, new VirtualClock(), stop.signal).isPast, true);
  });

  it("listens no longer than it lasts: a release of weeks has many, and one signal", () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const counted = Object.assign(Object.create(signal) as AbortSignal, {
      addEventListener: (_type: string, listener: unknown) => listeners.add(`${_type} ${String(listener)}`),
      removeEventListener: (_type: string, listener: unknown) =>
        listeners.delete(`${_type} ${String(listener)}`),
    });
    Object.defineProperty(counted, "aborted", { value: false });
    const deadline = new Deadline(5000, new VirtualClock(), counted);
    assert.equal(listeners.size, 1);
    deadline.end();
    assert.equal(listeners.size, 0);
  });
});
