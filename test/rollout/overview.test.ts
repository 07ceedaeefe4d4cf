import assert from "node:assert/strict";
import { abort, approve, overview, type Order } from "../../provider/rollout/operator";
import type { Deployment } from "../../provider/rollout/ports";
import { all, newVersion, oldVersion } from "./simulate";
import { began, between, deployment, minute, recorded } from "./situations";

// What a person reads who asks for a release, or gives it a command, written out.

const at25 = between(oldVersion, newVersion, 25);
const now = began + 13 * minute;
const createdAt = began + minute;
const soaks = deployment({ split: at25, createdAt, ...recorded({ stage: 1, stages: 5 }) });
const waits = deployment({
  ...{ split: at25, createdAt },
  ...recorded({ stage: 1, stages: 5, phase: "wait", next: 50 }),
});
const aborted = deployment({ createdAt, ...recorded({ phase: "aborted" }) });
const foreign = deployment({ split: at25, createdAt });

describe("the overview of a Worker", () => {
  const cases: readonly [string, Deployment | undefined, readonly string[]][] = [
    ["never deployed", undefined, ["No release of checkout is under way: it has never been deployed."]],
    [
      "that somebody deployed",
      foreign,
      [
        "No release of checkout is under way: its active deployment was made by jo with wrangler.",
        `  traffic  75 % to version ${oldVersion}`,
        `           25 % to version ${newVersion}`,
        "  since    2030-01-01 06:01:00Z, 12m ago",
      ],
    ],
    [
      "whose release is over",
      aborted,
      [
        "No release of checkout is under way. The last one, r1, ended as aborted: What was said then.",
        `  traffic  100 % to version ${oldVersion}`,
        "  since    2030-01-01 06:01:00Z, 12m ago",
      ],
    ],
    [
      "whose release soaks",
      soaks,
      [
        "Release r1 of checkout is under way.",
        "  stage    2 of 5 (25 %), soaking since 2030-01-01 06:01:00Z, 12m ago",
        `  traffic  75 % to version ${oldVersion} (old)`,
        `           25 % to version ${newVersion} (new)`,
        "  began    2030-01-01 06:00:00Z, 13m ago",
        "  abort    workers-release abort checkout",
      ],
    ],
    [
      "whose release waits",
      waits,
      [
        "Release r1 of checkout is under way.",
        "  stage    2 of 5 (25 %), waiting for an approval to go to 50 % since 2030-01-01 06:01:00Z, 12m ago",
        `  traffic  75 % to version ${oldVersion} (old)`,
        `           25 % to version ${newVersion} (new)`,
        "  began    2030-01-01 06:00:00Z, 13m ago",
        "  approve  workers-release approve checkout",
        "  abort    workers-release abort checkout",
      ],
    ],
  ];
  for (const [what, active, lines] of cases) {
    it(`${what} says what serves, since when, and what to do`, () => {
      assert.equal(overview("checkout", active, now), lines.join("\n"));
    });
  }

  it("says at once that it was deployed a second ago", () => {
    assert.match(overview("checkout", foreign, createdAt), / 06:01:00Z, 1s ago$/);
  });
});

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
