import assert from "node:assert/strict";
import { createColors } from "picocolors";
import { accountText } from "../../provider/cli/status/account";
import { statusText } from "../../provider/cli/status/text";
import { changeText } from "../../provider/cli/status/watch";
import { waitSentence } from "../../provider/dashboard/parts/wait";
import { ordersFor } from "../../provider/dashboard/parts/orders";
import { stateOf } from "../../provider/dashboard/parts/state";
import { needsPerson } from "../../provider/view/waiting";
import type { ReleaseView, WorkerView } from "../../provider/view/schema";
import { at, release, view } from "../dashboard/views";

// What a release waits for, wherever a person reads it.

type Wait = NonNullable<ReleaseView["waitsFor"]>;

const since = at(300_000);
const wait = (changes: Partial<Wait>): Wait => ({
  ...{ for: "approval", since, until: null, nextPercent: 75, frozenUntil: null, approvedBy: null },
  ...{ command: "workers-release approve checkout" },
  ...changes,
});

interface Words {
  readonly inWords: string;
  readonly status: RegExp;
  readonly page: RegExp;
  readonly word: string;
  readonly firstOrder: string;
  readonly needsPerson: boolean;
}

const until = at(-600_000);
const cases: Record<string, [Partial<ReleaseView>, Words]> = {
  "an approval": [
    { phase: "waiting", waitsFor: wait({ until }) },
    {
      inWords: "waiting for an approval",
      status:
        /waiting for an approval to go to 75 %\n {2}since {4}.*\n(.*\n)* {2}waits {4}10m more; without an approval it is reverted then\n(.*\n)* {2}approve {2}workers-release approve checkout/,
      page: /waits for a person to approve 75 %/,
      word: "waits for approval",
      firstOrder: "approve",
      needsPerson: true,
    },
  ],
  "a gate": [
    { phase: "waiting", waitsFor: wait({ for: "gate", until }) },
    {
      inWords: "waiting for the gate of 75 %",
      status:
        /waiting for a gate, or an approval, to go to 75 %\n {2}since {4}.*\n(.*\n)* {2}waits {4}10m more; unless the gate opens, it is reverted then/,
      page: /has waited for the gate of 75 % for 5m\. An approval goes on without it\. If it does not open by .*, the release reverts\./,
      word: "waits for its gate",
      firstOrder: "hold",
      needsPerson: false,
    },
  ],
  "a freeze": [
    { phase: "soaking", waitsFor: wait({ for: "freeze", frozenUntil: until, command: null }) },
    {
      inWords: "waiting for the end of a freeze",
      status:
        /waiting for the end of a freeze\n {2}since {4}.*\n {2}freeze {3}until .* \(10m left\)\n(.*\n)* {2}hold {5}workers-release hold checkout/,
      page: /It has soaked, and goes to 75 % when the freeze of its plan ends, /,
      word: "waits for a freeze to end",
      firstOrder: "hold",
      needsPerson: false,
    },
  ],
  "a freeze, approved already": [
    { phase: "waiting", waitsFor: wait({ frozenUntil: until, approvedBy: "jo", command: null }) },
    {
      inWords: "approved by jo, waiting for the end of a freeze",
      status: /approved by jo to go to 75 %\n {2}since {4}.*\n {2}freeze {3}until .* \(10m left\)\n/,
      page: /jo has approved 75 %\. It goes on when the freeze ends, /,
      word: "waits for a freeze to end",
      firstOrder: "hold",
      needsPerson: false,
    },
  ],
  "somebody who holds it": [
    {
      phase: "soaking",
      heldBy: "kim",
      waitsFor: wait({ for: "resume", command: "workers-release resume checkout" }),
    },
    {
      inWords: "held by kim",
      status:
        / {2}held {5}by kim: it stays in this stage, watched as before\n(.*\n)* {2}resume {3}workers-release resume checkout/,
      page: /Held by kim for 5m now/,
      word: "held",
      firstOrder: "resume",
      needsPerson: true,
    },
  ],
};

describe("a release that waits for", () => {
  for (const [what, [changes, words]] of Object.entries(cases)) {
    it(`${what} says so in the status, in a list, in a log and on the page`, () => {
      const seen: WorkerView = view({ release: release(changes) });
      const waiting = seen.release;
      assert.ok(waiting);
      const status = statusText(seen, createColors(false));
      assert.match(status, words.status);
      assert.ok(
        status.split("\n").every((line) => line.length <= 80),
        status,
      );
      assert.ok(accountText([seen]).includes(`${words.inWords}, begun `), accountText([seen]));
      assert.ok(changeText(seen).includes(`, ${words.inWords}`), changeText(seen));
      const page = String(waitSentence(waiting, Date.parse(seen.at), 0)).replace(/<[^>]+>/g, "");
      assert.match(page, words.page);
      assert.equal(stateOf(seen).word, words.word);
      assert.equal(ordersFor(waiting)[0], words.firstOrder);
      assert.equal(needsPerson(waiting), words.needsPerson);
    });
  }

  it("a gate can be told to go on without it, on the page too", () => {
    const gated = release({ phase: "waiting", waitsFor: wait({ for: "gate" }) });
    assert.ok(ordersFor(gated).includes("approve"));
  });
});
