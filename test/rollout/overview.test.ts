import assert from "node:assert/strict";
import { abort, approve, type Order } from "../../provider/rollout/operator";
import { all, newVersion, oldVersion } from "./simulate";
import { began, between, deployment, minute, recorded } from "./situations";

// What a person reads who gives a release a command, written out.

const at25 = between(oldVersion, newVersion, 25);
const createdAt = began + minute;
const soaks = deployment({ split: at25, createdAt, ...recorded({ stage: 1, stages: 5 }) });
const waits = deployment({
  ...{ split: at25, createdAt },
  ...recorded({ stage: 1, stages: 5, phase: "wait", next: 50 }),
});
const aborted = deployment({ createdAt, ...recorded({ phase: "aborted" }) });
const foreign = deployment({ split: at25, createdAt });

describe("a command to a release is refused, with the reason,", () => {
  const cases: readonly [string, Order, string][] = [
    [
      "where there is nothing to approve",
      approve("checkout", foreign, "jo", 0),
      "There is nothing to approve. No release of checkout is under way: its active deployment was made by jo with wrangler.",
    ],
    [
      "where there is nothing to abort",
      abort("checkout", aborted, "jo", "so"),
      "There is nothing to abort. No release of checkout is under way. The last one, r1, ended as aborted: What was said then.",
    ],
    [
      "where the release soaks",
      approve("checkout", soaks, "jo", 0),
      "The release of checkout does not wait for an approval: stage 2 of 5 (25 %) soaks. Only a stage that has soaked and waits can be approved; try again when it does.",
    ],
  ];
  for (const [what, order, reason] of cases) {
    it(what, () => {
      assert.deepEqual(order, { kind: "refuse", reason });
    });
  }
});

describe("an abort by a person", () => {
  it("has a reason of one line and with one period, and forgets the wait", () => {
    const order = abort("checkout", waits, "jo", " Paris\n is slow. ");
    assert.ok(order.kind === "deploy");
    const { sentence, force, record } = order.request;
    assert.deepEqual([sentence, force], ["Aborted by jo in stage 2 of 5 (25 %): Paris is slow.", true]);
    assert.deepEqual([record.next, record.begun, record.since], [undefined, [], undefined]);
  });

  it("and an approval forget what the wait has recorded of its times", () => {
    const since = began + 5 * minute;
    const changes = { stage: 1, stages: 5, phase: "wait", next: 50, begun: [began], since } as const;
    const active = deployment({ split: at25, ...recorded(changes) });
    const [approved, stopped] = [
      approve("checkout", active, "jo", 0),
      abort("checkout", active, "jo", undefined),
    ];
    assert.ok(approved.kind === "deploy" && stopped.kind === "deploy");
    assert.deepEqual([approved.request.record.since, approved.request.record.begun], [undefined, [began]]);
    assert.deepEqual([stopped.request.record.since, stopped.request.record.begun], [undefined, []]);
    assert.deepEqual(stopped.request.split, all(oldVersion));
  });
});
