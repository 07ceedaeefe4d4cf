import assert from "node:assert/strict";
import { carryOut } from "../../provider/cli/carryOut";
import { faultsOf, parseInput } from "../../provider/plan/faults";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import { CannotStart } from "../../provider/rollout/cannotStart";
import { createColors } from "picocolors";
import { statusText } from "../../provider/cli/status/text";
import { viewOf } from "../../provider/view/view";
import { approve } from "../../provider/rollout/operator";
import { PortError, type GateAnswer, type GateQuestion, type Gates } from "../../provider/rollout/ports";
import { badNewVersion, nextRun, release, seedPlan, shares, world, type World } from "./simulate";
import { minute, threeStages } from "./situations";

const gate = { url: "https://ci.example.com/gate?token=s3cr3t" };

const gated: ReleasePlan = {
  ...threeStages,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 25, soakTime: "5m" },
    { percent: 100, soakTime: "5m", gate },
  ],
  pollInterval: "30s",
  approvalTimeout: "30m",
};

const answer = (kind: GateAnswer["kind"]): GateAnswer => ({
  kind,
  text: kind === "asked" ? "" : "https://ci.example.com answered",
});

/** A Worker whose gates answer by the minutes that have passed; asked first, they have not answered yet. */
function withGates(outside: World, kindAt: (minutes: number) => GateAnswer["kind"]) {
  const asked: GateQuestion[] = [];
  const gates: Gates = {
    ask: (question) => {
      asked.push(question);
      return answer(asked.length === 1 ? "asked" : kindAt(outside.clock.elapsed() / minute));
    },
  };
  return { ...outside, gates, asked };
}

const unavailable = (): PortError => new PortError("unavailable", "Failed for now: HTTP 500.");

/** When the new version got all traffic, in minutes. */
function minutesAt100(outside: World): number[] {
  return outside.deployments.made
    .filter(({ split }) => split.at(-1)?.percent === 100 && split.length === 2)
    .map(({ createdAt }) => (createdAt - outside.clock.start) / minute);
}

describe("a stage with a gate", () => {
  it("is entered when that opens, two looks after the soak, without a wait that is recorded", async () => {
    const outside = withGates(world(), () => "open");
    assert.equal((await release(outside, { plan: gated })).status, "completed");
    assert.deepEqual([shares(outside), minutesAt100(outside)], [[0, 25, 100, 100], [5 + 31 / 60]]);
    const { gate: of, stage, percent, releaseId } = outside.asked[0] ?? assert.fail();
    assert.deepEqual([of.url, stage, percent, releaseId], [gate.url, 1, 100, "r1"]);
  });

  it("waits for it, with a record that says so, and is judged meanwhile", async () => {
    const outside = withGates(world(), (minutes) => (minutes < 15 ? "later" : "open"));
    outside.clock.at(10 * minute, () => {
      const [active] = outside.deployments.made;
      assert.deepEqual([active?.record?.phase, active?.record?.awaitsGate], ["wait", true]);
      assert.equal(
        active?.message,
        "Release of checkout: stage 1 of 2 (25 %) has soaked well and waits for the gate of the next: https://ci.example.com " +
          "answered, it is asked again. To go to 100 % without it: workers-release approve checkout",
      );
      const sight = {
        scriptName: "checkout",
        at: outside.clock.now(),
        active,
        plan: undefined,
        watched: undefined,
      };
      assert.match(
        statusText(viewOf(sight), createColors(false)),
        /waiting for a gate, or an approval, to go to 100 %/,
      );
    });
    assert.equal((await release(outside, { plan: gated })).status, "completed");
    assert.deepEqual([shares(outside), minutesAt100(outside)], [[0, 25, 25, 100, 100], [15 + 1 / 60]]);
    const line = outside.progress.statuses.find((status) => status.includes("it is asked again")) ?? "";
    assert.match(
      line,
      /^stage 1\/2 · 25 % · .* · gate of stage 2: https:\/\/ci\.example\.com answered, it is asked again · 5xx/,
    );
    assert.doesNotMatch([...outside.progress.statuses, ...outside.progress.events].join("\n"), /s3cr3t/);

    const bad = withGates(world(badNewVersion(0.3, 10 * minute)), () => "closed");
    assert.equal((await release(bad, { plan: gated })).status, "aborted");
  });

  it("is held by one that is closed until a person approves", async () => {
    const outside = withGates(world(), () => "closed");
    outside.clock.at(12 * minute, () =>
      carryOut(outside, "checkout", (active) => approve("checkout", active, "jo", outside.clock.now())),
    );
    assert.equal((await release(outside, { plan: gated })).status, "completed");
    assert.deepEqual(minutesAt100(outside), [12]);
  });

  it("reverts after approvalTimeout, and says what the gate has answered last", async () => {
    const outside = withGates(world(), () => "failing");
    const { status, reason } = await release(outside, { plan: gated });
    assert.deepEqual([status, shares(outside)], ["inconclusive", [0, 25, 25, 0]]);
    assert.match(
      reason,
      /the gate of the stage after stage 1 of 2 \(25 %\) did not open within 30m \(approvalTimeout\), and nobody approved it: https:\/\/ci\.example\.com answered\./,
    );
  });

  it("is waited for by the next run where the process dies, which asks anew", async () => {
    const outside = withGates(world(), () => "later");
    outside.clock.at(10 * minute, () => {
      outside.stop.abort();
    });
    const plan = { ...gated, onInterrupt: "hold" as const };
    assert.equal((await release(outside, { plan })).status, "interrupted");
    const next = withGates(nextRun(outside), () => "open");
    assert.equal((await release(next, { releaseId: "r2", plan })).status, "completed");
    assert.equal(next.asked.length, 2);
  });

  it("wants a person as well where the stage before does: the gate first", async () => {
    const outside = withGates(world(), (minutes) => (minutes < 10 ? "closed" : "open"));
    const [first, second] = gated.stages as [ReleasePlan["stages"][0], ReleasePlan["stages"][0]];
    const plan = { ...gated, stages: [{ ...first, progression: "manual" as const }, second] };
    outside.clock.at(15 * minute, () => {
      const record = outside.deployments.made[0]?.record;
      assert.deepEqual([record?.phase, record?.awaitsGate], ["wait", undefined]);
      return carryOut(outside, "checkout", (active) =>
        approve("checkout", active, "jo", outside.clock.now()),
      );
    });
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.deepEqual([shares(outside), minutesAt100(outside)], [[0, 25, 25, 25, 100, 100], [15]]);
  });

  it("is asked after a freeze, not in it", async () => {
    const outside = withGates(world(), () => "open");
    const plan = { ...gated, freeze: [{ from: "00:04", to: "00:20" }] };
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.deepEqual(minutesAt100(outside), [20 + 31 / 60]);
  });

  it("is asked again where the write that it had let through failed", async () => {
    const outside = withGates(world(), (minutes) => (minutes < 6 || minutes > 12 ? "open" : "later"));
    outside.clock.at(5.2 * minute, () => {
      outside.deployments.failNext("before", unavailable());
    });
    assert.equal((await release(outside, { plan: gated })).status, "completed");
    const [at100 = 0] = minutesAt100(outside);
    assert.ok(at100 > 12 && at100 < 13.1, String(at100));
  });

  it("does not keep a release whose writes all fail from giving up", async () => {
    const outside = withGates(world(), () => "open");
    const { deployments, clock } = outside;
    const create = deployments.create.bind(deployments);
    clock.at(5.2 * minute, () => {
      deployments.create = (split, sentence, options) =>
        options?.force ? create(split, sentence, options) : Promise.reject(unavailable());
    });
    const { status, reason } = await release(outside, { plan: { ...gated, maxBlindTime: "4m" } });
    assert.deepEqual([status, shares(outside)], ["inconclusive", [0, 25, 0]]);
    assert.match(reason, /the next split could not be deployed in stage 1 of 2 .*: Failed for now/);
    assert.ok(clock.elapsed() < 12 * minute);
  });

  it("stays closed where nothing can ask it", async () => {
    const outside = world();
    const { status, reason } = await release(outside, { plan: gated });
    assert.equal(status, "inconclusive");
    assert.match(reason, /nothing here can ask a gate/);
  });
});

describe("the gate of the first stage", () => {
  const [first, second] = [
    { percent: 25, soakTime: "5m", gate },
    { percent: 100, soakTime: "5m" },
  ];
  const plan: ReleasePlan = { ...gated, stages: [first, second] };

  it("is waited for before anything is moved", async () => {
    const outside = withGates(world(), (minutes) => (minutes < 3 ? "later" : "open"));
    assert.equal((await release(outside, { plan })).status, "completed");
    assert.deepEqual(shares(outside), [0, 25, 100, 100]);
    assert.equal(((outside.deployments.made[2]?.createdAt ?? 0) - outside.clock.start) / minute > 3, true);
    assert.match(outside.progress.statuses[0] ?? "", /^stage 1\/2 · 25 % · not deployed yet/);
  });

  for (const [what, kind, expected] of [
    ["that is closed", "closed", "the gate of the first stage holds it: https://ci.example.com answered."],
    [
      "that never opens",
      "failing",
      "the gate of the first stage did not open in time: https://ci.example.com answered.",
    ],
  ] as const) {
    it(`${what} ends the release before it began`, async () => {
      const outside = withGates(world(), () => kind);
      const error: unknown = await release(outside, { plan }).catch((error: unknown) => error);
      assert.ok(error instanceof CannotStart, String(error));
      assert.equal(
        error.message,
        `Release of checkout: ${expected} No traffic was moved. \`pulumi up\` asks it again.`,
      );
      assert.deepEqual(shares(outside), [0]);
    });
  }
});

describe("the gate of a plan", () => {
  const faults = (given: unknown): string[] => {
    const plan = { ...seedPlan, stages: [{ percent: 100, soakTime: "15m", gate: given }] };
    const parsed = parseInput(planSchema, plan);
    return parsed.success
      ? []
      : faultsOf(parsed.error, plan, "plan").map(({ path, reason }) => `${path}: ${reason}`);
  };
  const address =
    "expected an address with https:// or http://, without a user name, such as https://ci.example.com/gate";

  it("is refused by its place, and never shown", () => {
    assert.deepEqual(faults({ url: "ftp://s3cr3t" }), [
      `plan.stages[0].gate.url: got something else, ${address}`,
    ]);
    assert.deepEqual(faults({ url: "https://jo:s3cr3t@ci.example.com" }), [
      `plan.stages[0].gate.url: got something else, ${address}`,
    ]);
    assert.deepEqual(faults("https://s3cr3t"), [
      "plan.stages[0].gate: got something else, expected a gate with `url`",
    ]);
    assert.match(
      faults({ ...gate, headers: { "a b": "x" } })[0] ?? "",
      /^plan\.stages\[0\]\.gate\.headers.*got something else/,
    );
    assert.match(
      faults({ ...gate, header: {} })[0] ?? "",
      /unknown property "header": did you mean "headers"\?/,
    );
    assert.deepEqual(faults({ ...gate, headers: { authorization: "Bearer x" } }), []);
  });

  it("is not shown where its stages are refused as a whole", () => {
    const stages = [{ gate, percent: 100, soakTime: "30d" }];
    const plan = { ...seedPlan, stages };
    const parsed = parseInput(planSchema, plan);
    const [fault] = parsed.success ? [] : faultsOf(parsed.error, plan, "plan");
    assert.match(fault?.reason ?? "", /^got \[\{"gate":"\(withheld\)"/);
  });
});
