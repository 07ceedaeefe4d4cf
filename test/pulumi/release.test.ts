import assert from "node:assert/strict";
import { unknownValue } from "../../provider/plan/faults";
import { outlook } from "../../provider/pulumi/releaseChange";
import { check, diff } from "../../provider/pulumi/releaseProvider";
import { backtestOf, previewText, worthABacktest } from "../../provider/pulumi/releasePreview";
import { releaseState } from "../../provider/pulumi/releaseInputs";
import { newVersion, oldVersion, otherVersion, seedPlan } from "../rollout/simulate";

const accountId = "0123456789abcdef0123456789abcdef";
const inputs = {
  accountId,
  scriptName: "checkout",
  versionId: newVersion,
  plan: seedPlan,
  __provider: "code",
};
const released = {
  ...inputs,
  ...{ status: "completed", reason: "done", oldVersionId: oldVersion, deployedVersionId: newVersion },
};

describe("the diff of a release", () => {
  const cases: [
    string,
    Record<string, unknown>,
    Record<string, unknown>,
    { changes: boolean; replaces?: string[] },
  ][] = [
    ["nothing", {}, {}, { changes: false }],
    ["another text of the provider", { __provider: "older code" }, {}, { changes: false }],
    ["another version", {}, { versionId: oldVersion }, { changes: true }],
    ["a version not known yet", {}, { versionId: unknownValue }, { changes: true }],
    ["another retry", {}, { retry: "1" }, { changes: true }],
    ["an empty retry where there was none", {}, { retry: "" }, { changes: false }],
    [
      "another plan, which is only recorded",
      {},
      { plan: { ...seedPlan, confidence: 0.9 } },
      { changes: false },
    ],
    [
      "a release that was aborted",
      { status: "aborted", deployedVersionId: oldVersion },
      {},
      { changes: true },
    ],
    ["a release that was interrupted", { status: "interrupted" }, {}, { changes: true }],
    ["somebody else's deployment, after a refresh", { deployedVersionId: oldVersion }, {}, { changes: true }],
    ["a split, after a refresh", { deployedVersionId: undefined }, {}, { changes: true }],
    ["another whenAborted", {}, { whenAborted: "warn" }, { changes: false }],
    [
      "a release that was aborted, where that is only told",
      { status: "aborted", deployedVersionId: oldVersion, whenAborted: "warn" },
      { whenAborted: "warn" },
      { changes: false },
    ],
    [
      "outputs without a value",
      { finding: null, oldVersionId: null, deploymentId: null },
      {},
      { changes: false },
    ],
    ["another Worker", {}, { scriptName: "cart" }, { changes: true, replaces: ["scriptName"] }],
    ["a Worker not known yet", {}, { scriptName: unknownValue }, { changes: true }],
    ["an account not known yet", {}, { accountId: unknownValue }, { changes: true }],
    [
      "another Worker in an account not known yet",
      {},
      { accountId: unknownValue, scriptName: "cart" },
      { changes: true, replaces: ["scriptName"] },
    ],
    ["a plan not known yet", {}, { plan: unknownValue }, { changes: false }],
    [
      "a part of the plan not known yet",
      {},
      { plan: { ...seedPlan, slos: [unknownValue] } },
      { changes: false },
    ],
    ["a retry not known yet", {}, { retry: unknownValue }, { changes: true }],
    ["a whenAborted not known yet", {}, { whenAborted: unknownValue }, { changes: false }],
  ];
  for (const [what, olds, news, expected] of cases) {
    it(`by ${what} is ${JSON.stringify(expected)}`, async () => {
      const { changes, replaces } = await diff("id", { ...released, ...olds }, { ...inputs, ...news });
      assert.deepEqual({ changes, replaces }, { replaces: [], ...expected });
    });
  }
});

describe("a state that cannot be read", () => {
  it("is refused by the place that is wrong, and what could have written it", async () => {
    await assert.rejects(
      diff("id", { ...released, status: "paused" }, inputs),
      /The state of the Release cannot be read\. status: got "paused", expected a status this version .* knows/,
    );
  });
});

describe("the outlook of a release in a preview", () => {
  const cases: [string, Record<string, unknown>, RegExp | undefined][] = [
    ["that is done", {}, undefined],
    [
      "that was aborted",
      { status: "aborted", deployedVersionId: oldVersion },
      /was aborted: done `pulumi up` will fail and move no traffic until versionId or retry changes/,
    ],
    [
      "that was the first of its Worker, and not watched to a good end",
      { status: "inconclusive", oldVersionId: undefined },
      /got all traffic at once and has it still\. .* watches it again, through the last soak, and moves no traffic/,
    ],
    [
      "that was gone back to, and not watched to a good end",
      { status: "inconclusive" },
      /got all traffic at once and has it still\. .* watches it again, through the last soak, and moves no traffic/,
    ],
    [
      "that was the first of its Worker, and that somebody has aborted",
      { status: "aborted", oldVersionId: undefined },
      /was aborted: done `pulumi up` will fail and move no traffic until versionId or retry changes/,
    ],
    ["that could not be reverted", { status: "revertFailed" }, /puts the traffic back and then fails/],
    ["that was superseded", { status: "superseded" }, /ended as superseded: it will be released again/],
    [
      "whose version serves no more",
      { deployedVersionId: oldVersion },
      /Version .*1 serves all traffic, not what was released/,
    ],
    [
      "whose traffic is split",
      { deployedVersionId: undefined },
      /The traffic is split, not what was released/,
    ],
  ];
  for (const [what, olds, expected] of cases) {
    it(`${what} says ${expected?.source ?? "nothing"}`, () => {
      const before = releaseState.parse({ ...released, ...olds });
      assert.match(outlook(before, inputs) ?? "", expected ?? /^$/);
    });
  }

  it("says that no traffic moves where only the plan changes", () => {
    const before = releaseState.parse(released);
    const plan = { ...seedPlan, confidence: 0.9 };
    assert.match(outlook(before, { ...inputs, plan }) ?? "", /^Nothing to release: .* No traffic moves\.$/);
  });

  it("says that an aborted version stops nothing where that is only told", () => {
    const before = releaseState.parse({ ...released, status: "aborted", deployedVersionId: oldVersion });
    const told = outlook(before, { ...inputs, whenAborted: "warn" }) ?? "";
    assert.match(told, /^Warning: version .*2 was aborted and is not released; everything else .* goes on/);
  });

  it("says that the version that the last release has replaced goes to 100 % at once, unless that is off", () => {
    const before = releaseState.parse({ ...released, oldVersionId: oldVersion });
    const back = { ...inputs, versionId: oldVersion };
    assert.match(
      outlook(before, back) ?? "",
      /^Version .*1 served before the last release: `pulumi up` gives it 100 % at once/,
    );
    assert.equal(outlook(before, { ...back, plan: { ...seedPlan, rollbackWindow: 0 } }), undefined);
  });

  it("says nothing where another version is asked for", () => {
    const before = releaseState.parse({ ...released, status: "aborted" });
    assert.equal(outlook(before, { ...inputs, versionId: oldVersion }), undefined);
  });
});

describe("the preview of a release", () => {
  const way =
    /checkout: version 0{8} → 0{8} through 0, 25, 50, 75, 100 %; at least 45m; judged by 5xx ≤ 1 %, /;
  const before = (more: Record<string, unknown> = {}) => releaseState.parse({ ...released, ...more });
  const slower = { ...seedPlan, pollInterval: "1m" };

  const cases: [string, () => string | undefined, (RegExp | undefined)[]][] = [
    [
      "that is created",
      () => previewText(undefined, inputs),
      [/^checkout: the version that serves → 0{8} through 0, 25, 50, 75, 100 %; /],
    ],
    ["of another version", () => previewText(before(), { ...inputs, versionId: otherVersion }), [way]],
    [
      "of another version, that begins later",
      () => previewText(before(), { ...inputs, versionId: otherVersion, startAt: 50 }),
      [/^checkout: version 0{8} → 0{8} through 50, 75, 100 %; at least 38m; /],
    ],
    [
      "of the version that the last release has replaced",
      () => previewText(before(), { ...inputs, versionId: oldVersion }),
      [/^Version .*1 served before the last release: `pulumi up` gives it 100 % at once/],
    ],
    [
      "of one that is not known yet and may be an old one",
      () => previewText(before(), { ...inputs, versionId: unknownValue }),
      [
        /^checkout: version 0{8} → one that is known only during the update through 0, 25, 50, 75, 100 %/,
        /^If it has the content of a version that served within the last 5 releases \(a revert\), it goes to 100 % at once/,
      ],
    ],
    [
      "of another version, by another plan",
      () => previewText(before(), { ...inputs, versionId: otherVersion, plan: slower }),
      [way, /^The plan changes:$/, /^ {2}pollInterval: 10s → 1m$/],
    ],
    [
      "of a version not known yet, by a plan not known yet",
      () => previewText(before(), { ...inputs, versionId: unknownValue, plan: { slos: unknownValue } }),
      [
        /^checkout: version 0{8} → one that is known only during the update by a plan that is known only during/,
      ],
    ],
    [
      "whose plan alone changes",
      () => previewText(before(), { ...inputs, plan: slower }),
      [/^Nothing to release: .* No traffic moves\.$/, /^The plan changes:$/, /^ {2}pollInterval: 10s → 1m$/],
    ],
    [
      "that was aborted, whose plan changes",
      () =>
        previewText(before({ status: "aborted", deployedVersionId: oldVersion }), {
          ...inputs,
          plan: slower,
        }),
      [
        /was aborted: .* will fail and move no traffic/,
        /^The plan changes:$/,
        /^ {2}pollInterval: 10s → 1m$/,
      ],
    ],
    [
      "that was aborted and is tried again",
      () =>
        previewText(before({ status: "aborted", deployedVersionId: oldVersion }), { ...inputs, retry: "1" }),
      [way],
    ],
    [
      "that was inconclusive",
      () => previewText(before({ status: "inconclusive", deployedVersionId: oldVersion }), inputs),
      [/ended as inconclusive: it will be released again/, way],
    ],
    [
      "that is only put back",
      () => previewText(before({ status: "revertFailed", deployedVersionId: null }), inputs),
      [/puts the traffic back and then fails/],
    ],
    ["of nothing new", () => previewText(before(), inputs), []],
    [
      "whose state holds a plan of another time",
      () => previewText(before({ plan: { speed: "fast" } }), inputs),
      [/^Nothing to release: .* No traffic moves\.$/],
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(`${what} says ${expected.map(String).join(" and ") || "nothing"}`, () => {
      const lines = (text() ?? "").split("\n").filter((line) => line !== "");
      assert.equal(lines.length, expected.length, lines.join("\n"));
      for (const [index, line] of lines.entries()) assert.match(line, expected[index] ?? /^$/);
    });
  }
});

describe("the backtest of a preview", () => {
  const wanted = { ...inputs, preview: { backtest: true }, __isPreview: true };
  const before = releaseState.parse(released);
  const otherPlan = { ...seedPlan, pollInterval: "1m" };

  const cases: [string, Parameters<typeof worthABacktest>, boolean][] = [
    ["of a release that is created", [undefined, wanted], true],
    ["of another version", [before, { ...wanted, versionId: otherVersion }], true],
    ["of another plan", [before, { ...wanted, plan: otherPlan }], true],
    ["of nothing new", [before, wanted], false],
    ["that nobody wants", [undefined, { ...wanted, preview: { backtest: false } }], false],
    ["of an update under way", [undefined, { ...wanted, __isPreview: undefined }], false],
  ];
  for (const [what, args, expected] of cases) {
    it(`${what} is ${expected ? "made" : "not made"}`, () => {
      assert.equal(worthABacktest(...args), expected);
    });
  }

  it("is of the stages that the release goes through", () => {
    const plan = backtestOf({ ...wanted, startAt: 50 })?.plan;
    assert.deepEqual(
      plan?.stages.map(({ percent }) => percent),
      [50, 75, 100],
    );
  });

  it("is of nothing that is known only during the update", () => {
    for (const name of ["accountId", "scriptName", "plan"]) {
      assert.equal(backtestOf({ ...wanted, [name]: unknownValue }), undefined);
    }
  });
});

describe("the check of a release", () => {
  async function failures(news: Record<string, unknown>): Promise<string[]> {
    return (await check({}, { ...inputs, ...news })).failures.map(({ reason }) => reason);
  }

  it("passes what is right", async () => {
    assert.deepEqual(await failures({}), []);
  });

  it("passes what is not known before the update", async () => {
    const plan = { ...seedPlan, stages: [{ percent: unknownValue, soakTime: "1m" }] };
    assert.deepEqual(await failures({ versionId: unknownValue, scriptName: unknownValue, plan }), []);
  });

  it("knows its properties, and says which one was meant", async () => {
    assert.deepEqual(await failures({ retri: "1", versionID: newVersion, colour: "red" }), [
      'unknown property "retri": did you mean "retry"?',
      'unknown property "versionID": did you mean "versionId"?',
      'unknown property "colour": known are accountId, scriptName, versionId, plan, retry, whenAborted, takeOver, startAt, notify, preview',
    ]);
    assert.deepEqual(await failures({ plan: { ...seedPlan, pollIntervall: "5s" } }), [
      'plan: unknown property "pollIntervall": did you mean "pollInterval"?',
    ]);
    assert.deepEqual(await failures({ preview: { backtests: true } }), [
      'preview: unknown property "backtests": did you mean "backtest"?',
    ]);
    assert.deepEqual(await failures({ whenAborted: "ignore" }), [
      'whenAborted: got "ignore", expected "fail" or "warn"',
    ]);
  });

  it("repeats no address that is told what happens", async () => {
    const url = "ftp://hooks.example.com/very-secret";
    const reasons = await failures({ notify: [{ url, on: ["start"], format: url }, url] });
    assert.deepEqual(
      reasons.map((reason) => reason.slice(0, 60)),
      [
        "notify[0].url: got something else, expected an address with ",
        'notify[0].on[0]: got something else, expected one of "starte',
        'notify[0].format: got something else, expected "cloudevents"',
        "notify[1]: got something else, expected a notification with ",
      ],
    );
    assert.ok(!reasons.join().includes("very-secret"));
  });

  it("takes no probes of a Worker that the version override cannot name", async () => {
    const slos = [{ sli: "probes", max: 0.1 }];
    const plan = { ...seedPlan, slos, probes: [{ path: "/health" }] };
    assert.deepEqual(await failures({ plan, scriptName: unknownValue }), []);
    const [reason = "", ...others] = await failures({ plan, scriptName: "3d-shop" });
    assert.deepEqual(others, []);
    assert.match(reason, /^plan\.probes: .* expected no probe for a Worker whose name does not begin/);
  });

  it("names the place, what was got and what is expected", async () => {
    const plan = { ...seedPlan, stages: [{ percent: 120, soakTime: "1m" }] };
    assert.deepEqual(await failures({ versionId: "latest", plan, retry: 1 }), [
      'versionId: got "latest", expected the id of a version, such as the `id` of a WorkerVersion or the `versionId` of a ScriptVersion',
      "plan.stages[0].percent: got 120, expected a percentage from 0 to 100",
      "retry: got 1, expected a text of at most 64 characters",
    ]);
  });
});
