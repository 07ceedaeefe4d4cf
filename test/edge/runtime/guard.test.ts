import assert from "node:assert/strict";
import { Guard } from "../../../edge/data/guard";
import { Invocations, type Invocation } from "../../../edge/data/invocations";

interface Request {
  readonly isRepeatable?: boolean;
  readonly attempt?: number;
  /** Its client has left. */
  readonly isCanceled?: boolean;
  /** The process was free after it had begun. */
  readonly isOld?: boolean;
  /** It lies where the process has not read it. */
  readonly isUnread?: boolean;
}

const cpu = { read: () => 0, close: () => undefined };

/** The path of the request that a process is ended for which does not come out of a turn. */
function blamed(requests: Readonly<Record<string, Request>>): string | undefined {
  const invocations = new Invocations(cpu);
  const unread = new Set<Invocation>();
  const guarded = {
    ...{ invocations, cpu, memoryMb: () => undefined, ping: () => new Promise<void>(() => undefined) },
    taken: (among: readonly Invocation[]) => among.filter((invocation) => !unread.has(invocation)),
  };
  const guard = new Guard(guarded, { cpuMs: 100, memoryMb: 128 });
  for (const [path, { isRepeatable = true, attempt = 0, isCanceled, isOld, isUnread }] of Object.entries(
    requests,
  )) {
    const origin = { ray: path, rayId: path, colo: "AMS", isObserved: true, attempt };
    const line = { method: "GET", url: path, path, head: "" };
    const invocation = invocations.begin(origin, {
      cause: { eventType: "fetch", ...line },
      isRepeatable,
    });
    if (isCanceled) invocation.canceled = true;
    if (isOld) invocations.wasFreeAfter(invocation.number);
    if (isUnread) unread.add(invocation);
  }
  guard.look(10);
  const verdict = guard.look(110);
  assert.ok(verdict.kind === "end");
  const cause = verdict.culprit?.invocation.cause;
  return cause?.eventType === "fetch" ? cause.path : undefined;
}

describe("a turn that does not end", () => {
  const cases: [string, Record<string, Request>, string | undefined][] = [
    ["is that of the only request", { "/loop": {} }, "/loop"],
    [
      "is not that of one that was there when the process was free",
      { "/old": { isOld: true }, "/loop": {} },
      "/loop",
    ],
    ["is not that of one that was never read", { "/loop": {}, "/unread": { isUnread: true } }, "/loop"],
    [
      "is nobody's for certain when several were read, which then go again",
      { "/loop": {}, "/": {} },
      undefined,
    ],
    ["is that of one that cannot go again", { "/post": { isRepeatable: false }, "/": {} }, "/post"],
    ["is not that of one that nobody waits for", { "/left": { isCanceled: true }, "/": {} }, undefined],
    ["is not guessed again when one has gone again", { "/": {}, "/loop": { attempt: 1 } }, "/loop"],
    [
      "is that of the one last seen where all are old",
      { "/a": { isOld: true }, "/b": { isOld: true } },
      "/b",
    ],
  ];
  for (const [what, requests, path] of cases) {
    it(what, () => {
      assert.equal(blamed(requests), path);
    });
  }
});
