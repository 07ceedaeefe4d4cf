import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { unlessAborted } from "../../provider/rollout/unlessAborted";

describe("work that a signal may end", () => {
  const never = new Promise<string>(() => undefined);

  it("gives what it comes to, and leaves no listener behind", async () => {
    const { signal } = new AbortController();
    assert.equal(await unlessAborted(Promise.resolve("done"), signal), "done");
    await assert.rejects(unlessAborted(Promise.reject(new Error("no")), signal), /^Error: no$/);
    assert.deepEqual(getEventListeners(signal, "abort"), []);
  });

  it("gives nothing as soon as the signal aborts", async () => {
    const controller = new AbortController();
    const ended = unlessAborted(never, controller.signal);
    controller.abort();
    assert.equal(await ended, undefined);
  });

  it("gives nothing when the signal has aborted before", async () => {
    assert.equal(await unlessAborted(never, AbortSignal.abort()), undefined);
  });

  it("may fail after that without harm", async () => {
    const late = new Promise<string>((_resolve, reject) => {
      setImmediate(reject, new Error("late"));
    });
    assert.equal(await unlessAborted(late, AbortSignal.abort()), undefined);
    await new Promise(setImmediate);
  });
});
