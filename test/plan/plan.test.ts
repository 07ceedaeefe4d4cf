import assert from "node:assert/strict";
import fc from "fast-check";
import type { z } from "zod";
import { formatDuration, formatElapsed, parseDuration } from "../../provider/plan/duration";
import { faultsOf, parseInput, unknownValue } from "../../provider/plan/faults";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import { seedPlan } from "../rollout/simulate";

// The documented type and the schema are written apart, so that the type can carry its documentation. These lines fail
// to compile when they part ways.
type Checked = z.input<typeof planSchema>;
const everyDocumentedPlanIsTaken = (plan: ReleasePlan): Checked => plan;
const everyPropertyIsDocumented: Record<keyof Checked, true> = {} as Record<keyof ReleasePlan, true>;

function faults(plan: unknown): string[] {
  const parsed = parseInput(planSchema, plan);
  return parsed.success
    ? []
    : faultsOf(parsed.error, plan, "plan").map(({ path, reason }) => `${path}: ${reason}`);
}

/** The plan of the seed with one thing changed. */
function changed(change: (plan: Record<string, unknown>) => void): Record<string, unknown> {
  const plan = structuredClone(seedPlan) as unknown as Record<string, unknown>;
  change(plan);
  return plan;
}

function stages(...given: unknown[]): Record<string, unknown> {
  return changed((plan) => (plan["stages"] = given));
}

function slos(...given: unknown[]): Record<string, unknown> {
  return changed((plan) => (plan["slos"] = given));
}

function probed(probe: unknown): Record<string, unknown> {
  return changed((plan) => {
    plan["slos"] = [{ sli: "probes", max: 0.1 }];
    plan["probes"] = [probe];
  });
}

const payment = { key: "event", operation: "eq", value: "payment" };
const exception = { key: "$workers.outcome", operation: "eq", value: "exception" };
const custom = (sli: object) => ({ name: "own", max: 0.01, sli });

const everyEventType =
  '"fetch", "queue", "scheduled", "email", "tail", "jsrpc", "alarm", "hibernatableWebSocket", "durableObject"';

const full = { percent: 100, soakTime: "1m" };

describe("a plan", () => {
  it("gets its defaults", () => {
    const plan = planSchema.parse({ ...everyPropertyIsDocumented, ...everyDocumentedPlanIsTaken(seedPlan) });
    assert.deepEqual(
      { ...plan, slos: plan.slos.length, stages: plan.stages.length },
      {
        slos: 3,
        stages: 5,
        pollIntervalMs: 10_000,
        confidence: 0.99,
        minRequests: 50,
        whenUnsure: "extend",
        maxBlindMs: 360_000,
        approvalTimeoutMs: 86_400_000,
        onInterrupt: "revert",
        freezes: [],
        rollbackWindow: 5,
        warmUpMs: 30_000,
        settleMs: 60_000,
        probes: [],
      },
    );
    assert.deepEqual(plan.slos[1], {
      name: "p99 wallTime",
      sli: { kind: "wallTime", limitMs: 500 },
      max: 0.01,
      observeOnly: false,
    });
    assert.deepEqual(plan.slos[2], {
      ...{ name: "canceled", sli: { kind: "canceled" }, maxIncrease: 2, margin: 0.02 },
      ...{ observeOnly: false, byDefault: true },
    });
  });

  it("takes percentages as a person writes them", () => {
    const shares = ["1%", "0.1 %", "7%", "0%"].map((max) => ({ name: max, sli: "serverErrors", max }));
    const {
      slos: read,
      stages: steps,
      confidence,
    } = planSchema.parse({
      slos: [...shares, { sli: "wallTime", slower: "20%" }],
      defaultSlos: false,
      confidence: "99.9%",
      stages: [
        { percent: "12.5%", soakTime: "1m" },
        { percent: "100%", soakTime: "1m" },
      ],
    });
    assert.deepEqual([...read.map(({ max }) => max), confidence], [0.01, 0.001, 0.07, 0, undefined, 0.999]);
    assert.deepEqual(
      steps.map(({ percent }) => percent),
      [12.5, 100],
    );
    const wrong = slos({ sli: "serverErrors", max: "100%" }, { name: "b", sli: "serverErrors", max: "1" });
    assert.deepEqual(
      faults({ ...wrong, stages: [{ percent: "101%", soakTime: "1m" }, full] }).map(
        (fault) => fault.split(",")[0],
      ),
      ['plan.slos[0].max: got "100%"', 'plan.slos[1].max: got "1"', 'plan.stages[0].percent: got "101%"'],
    );
  });

  it("tells all that is wrong at once: a part that cannot be read hides nothing of the rest", () => {
    const plan = {
      slos: [
        null,
        { sli: "serverErors", max: 1 },
        { sli: "probes", max: 0.1 },
        { name: "probes", sli: "canceled", max: 0.1 },
      ],
      stages: [{ percent: 50, soakTime: "5 minutes" }, { percent: 40, soakTime: "5m" }, { percent: 80 }],
      colour: "red",
      warmUp: "10s",
      maxBlindTime: "1s",
    };
    assert.deepEqual(
      faults(plan).map((fault) => fault.replace(/(, expected|: known) .*/, "")),
      [
        "plan.slos[0]: got null",
        'plan.slos[1].sli: got "serverErors"',
        'plan.stages[0].soakTime: got "5 minutes"',
        "plan.stages[2].soakTime: got nothing",
        'plan: unknown property "colour"',
        "plan.stages[1].percent: got 40",
        "plan.stages[2].percent: got 80",
        'plan.slos[3].name: got "probes"',
        "plan.probes: got nothing",
        'plan.maxBlindTime: got "1s"',
      ],
    );
  });

  it("has no default SLO where it states one on the same, or wants none", () => {
    const names = (plan: Record<string, unknown>): string[] =>
      planSchema.parse(plan).slos.map(({ name }) => name);
    const own = { name: "gone", sli: "canceled", max: 0.1 };
    assert.deepEqual(names(slos(own)), ["gone"]);
    assert.deepEqual(names({ ...slos(custom({ bad: [exception] })), defaultSlos: false }), ["own"]);
    const taken = { ...custom({ bad: [exception] }), name: "canceled" };
    assert.deepEqual(names(slos(taken)), ["canceled", "canceled (default)"]);
  });

  it("gives an SLO on canceled requests its margin with an increase only", () => {
    const [bounded, compared] = planSchema.parse(
      slos({ sli: "canceled", max: 0.1 }, { name: "compared", sli: "canceled", maxIncrease: 3 }),
    ).slos;
    assert.deepEqual([bounded?.margin, compared?.margin], [undefined, 0.02]);
  });

  it("has an objective for each event type that an SLO is on", () => {
    const { slos: objectives } = planSchema.parse({
      ...slos(
        { sli: "exceptions", max: 0.01, on: ["fetch", "queue"] },
        { sli: "exceptions", max: 0.02, on: ["scheduled"] },
        { name: "slow", sli: "wallTime", percentile: 99, limit: "1m", on: ["queue"] },
        { ...custom({ bad: [exception] }), on: ["alarm", "email"] },
      ),
      defaultSlos: false,
    });
    assert.deepEqual(
      objectives.map(({ name, sli, max }) => [name, sli, max]),
      [
        ["exceptions on fetch", { kind: "exceptions" }, 0.01],
        ["exceptions on queue", { kind: "exceptions", on: "queue" }, 0.01],
        ["exceptions on scheduled", { kind: "exceptions", on: "scheduled" }, 0.02],
        ["slow", { kind: "wallTime", limitMs: 60_000, on: "queue" }, 0.01],
        [
          "own on alarm",
          { kind: "custom", valid: [], bad: [{ ...exception, type: "string" }], on: "alarm" },
          0.01,
        ],
        [
          "own on email",
          { kind: "custom", valid: [], bad: [{ ...exception, type: "string" }], on: "email" },
          0.01,
        ],
      ],
    );
  });

  for (const [given, meant] of [
    ["cron", "scheduled"],
    ["rpc", "jsrpc"],
    ["feth", "fetch"],
    ["Queue", "queue"],
    ["queues", "queue"],
    ["schedueld", "scheduled"],
    ["websocket", "hibernatableWebSocket"],
    ["durable_object", "durableObject"],
  ] as const) {
    it(`takes the event type "${given}" for "${meant}"`, () => {
      assert.deepEqual(faults(slos({ sli: "exceptions", max: 0.01, on: ["fetch", given] })), [
        `plan.slos[0].on[1]: got "${given}", expected "${meant}", or another of ${everyEventType}`,
      ]);
    });
  }

  const cases: [string, unknown, string | RegExp][] = [
    [
      "an event type that nothing is like",
      slos({ sli: "exceptions", max: 0.01, on: ["xyz"] }),
      `plan.slos[0].on[0]: got "xyz", expected one of ${everyEventType}`,
    ],
    [
      "no event types",
      slos({ sli: "exceptions", max: 0.01, on: [] }),
      `plan.slos[0].on: got [], expected a list of different event types, of ${everyEventType}`,
    ],
    [
      "an event type twice",
      slos({ sli: "serverErrors", max: 0.01, on: ["queue", "queue"] }),
      `plan.slos[0].on: got ["queue","queue"], expected a list of different event types, of ${everyEventType}`,
    ],
    [
      "statuses of a queue",
      slos({ sli: { status: "5xx" }, max: 0.01, on: ["queue"] }),
      `plan.slos[0].on: got ["queue"], expected nothing: only visitors' requests (fetch) are answered with a status`,
    ],
    [
      "crons that a client cancels",
      slos({ sli: "canceled", max: 0.01, on: ["scheduled"] }),
      `plan.slos[0].on: got ["scheduled"], expected nothing: only visitors' requests (fetch) have a client that can cancel them`,
    ],
    [
      "event types beside filters that say what counts",
      slos({ ...custom({ valid: [payment], bad: [payment] }), on: ["queue"] }),
      /^plan\.slos\[0\]\.on: got \["queue"\], expected nothing beside `valid`, which says itself what counts: \{ key: "\$workers\.eventType"/,
    ],
    [
      "a name that an objective of another SLO has",
      slos(
        { sli: "exceptions", max: 0.01, on: ["fetch", "queue"] },
        { name: "exceptions on queue", sli: "serverErrors", max: 0.01 },
      ),
      'plan.slos[1].name: got "exceptions on queue", expected a name no other SLO has ("exceptions on queue" is taken)',
    ],
    [
      "more filters than are left beside those against probes",
      changed((given) => {
        given["slos"] = [
          { sli: "probes", max: 0.1 },
          custom({ bad: Array.from({ length: 8 }, () => exception) }),
        ];
        given["probes"] = [{ path: "/" }];
      }),
      /^plan\.slos\[1\]\.sli\.bad: got \[.*, expected at most 7 filters in `valid` and `bad` together in a plan with probes/,
    ],
    [
      "a default SLO that is none",
      { ...seedPlan, defaultSlos: "no" },
      'plan.defaultSlos: got "no", expected true or false',
    ],
    ["no plan", undefined, "plan: got nothing, expected a plan with `slos` and `stages`"],
    ["no stages", stages(), "plan.stages: got [], expected a list of at least one stage"],
    ["no SLOs", slos(), "plan.slos: got [], expected a list of at least one SLO"],
    [
      "a percentage past 100",
      stages({ percent: 250, soakTime: "1m" }, full),
      "plan.stages[0].percent: got 250, expected a percentage from 0 to 100",
    ],
    [
      "percentages that do not rise",
      stages({ percent: 50, soakTime: "1m" }, { percent: 50, soakTime: "1m" }, full),
      "plan.stages[1].percent: got 50, expected more than the 50 of the stage before",
    ],
    [
      "percentages that do not end at 100",
      stages({ percent: 50, soakTime: "1m" }),
      "plan.stages[0].percent: got 50, expected 100 in the last stage, so that the release ends with all traffic",
    ],
    [
      "a soak time without a unit",
      stages({ percent: 100, soakTime: "5" }),
      'plan.stages[0].soakTime: got "5", expected a duration from "1s" to "30d", such as "30s", "10m" or "1h30m"',
    ],
    [
      "a soak time as a number",
      stages({ percent: 100, soakTime: 5 }),
      'plan.stages[0].soakTime: got 5, expected a duration from "1s" to "30d", such as "30s", "10m" or "1h30m"',
    ],
    [
      "a soak shorter than a look",
      stages({ percent: 100, soakTime: "5s" }),
      'plan.stages[0].soakTime: got "5s", expected at least the pollInterval, 10s',
    ],
    [
      "a soak in which nothing is judged",
      stages({ percent: 100, soakTime: "30s" }),
      'plan.stages[0].soakTime: got "30s", expected at least warmUp and pollInterval together, 30s and 10s: in a shorter soak nothing is judged',
    ],
    [
      "a share finer than Cloudflare keeps",
      stages({ percent: 33.333, soakTime: "5m" }, { percent: 100, soakTime: "5m" }),
      "plan.stages[0].percent: got 33.333, expected a percentage with at most two decimals, which is all that Cloudflare keeps",
    ],
    [
      "a silence of one look",
      changed((plan) => (plan["maxBlindTime"] = "20s")),
      'plan.maxBlindTime: got "20s", expected at least 3 times the pollInterval, 30s: one answer that fails is no silence',
    ],
    [
      "buckets that telemetry does not have",
      changed((plan) => (plan["pollInterval"] = "1500ms")),
      'plan.pollInterval: got "1500ms", expected whole seconds: telemetry has no other buckets',
    ],
    [
      "more time than a release's record is believed for",
      stages({ percent: 50, soakTime: "29d", progression: "manual" }, { percent: 100, soakTime: "1h" }),
      /^plan\.stages: got \[.*, expected at most 59d in all, each soak twice \(whenUnsure: extend\) and each approvalTimeout of a stage that may wait; these take 59d 2h$/,
    ],
    [
      "more filters than a query takes",
      slos(custom({ bad: Array.from({ length: 11 }, () => exception) })),
      /^plan\.slos\[0\]\.sli\.bad: got \[.*, expected at most 10 filters, which is all that Cloudflare's query takes$/,
    ],
    [
      "more filters than a query takes, of both kinds",
      slos(custom({ valid: [payment], bad: Array.from({ length: 14 }, () => payment) })),
      /expected at most 14 filters in `valid` and `bad` together/,
    ],
    [
      "a filter on a field that no row has",
      slos(custom({ valid: [payment], bad: [{ ...payment, key: "$metadata.statusCode" }] })),
      'plan.slos[0].sli.bad[0].key: got "$metadata.statusCode", expected "$workers.event.response.status": log lines have no "$metadata.statusCode", so the filter would never find one',
    ],
    [
      "a filter on a field that invocations lack",
      slos(custom({ bad: [{ key: "$workers.event.request.path", operation: "eq", value: "/cart" }] })),
      'plan.slos[0].sli.bad[0].key: got "$workers.event.request.path", expected "$workers.event.path": invocations have no "$workers.event.request.path", so the filter would never find one',
    ],
    [
      "a filter on a field that log lines lack",
      slos(custom({ valid: [payment], bad: [exception] })),
      /^plan\.slos\[0\]\.sli\.bad\[0\]\.key: got "\$workers\.outcome", expected a field of log lines: only invocations have/,
    ],
    [
      "a filter for a value that a field never has",
      slos(custom({ bad: [{ key: "$workers.eventType", operation: "eq", value: "cron" }] })),
      'plan.slos[0].sli.bad[0].value: got "cron", expected "scheduled": "$workers.eventType" is never "cron"',
    ],
    [
      "a misspelt property",
      stages({ ...full, soaktime: "1m" }),
      'plan.stages[0]: unknown property "soaktime": did you mean "soakTime"?',
    ],
    [
      "a manual last stage",
      stages({ ...full, progression: "manual" }),
      'plan.stages[0].progression: got "manual", expected "automatic" in the last stage: no stage comes after it',
    ],
    [
      "an unknown progression",
      stages({ ...full, progression: "auto" }),
      'plan.stages[0].progression: got "auto", expected "automatic" or "manual"',
    ],
    [
      "an unknown SLI",
      slos({ sli: "latency", max: 0.01 }),
      'plan.slos[0].sli: got "latency", expected an SLI this package knows: "serverErrors", "exceptions", "canceled", "wallTime", "cpuTime", "probes", { status } or { bad }',
    ],
    [
      "an objective that cannot be violated",
      slos({ sli: "serverErrors", max: 1 }),
      'plan.slos[0].max: got 1, expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100',
    ],
    [
      "a bound as a percentage",
      slos({ sli: "serverErrors", max: 5 }),
      'plan.slos[0].max: got 5, expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100',
    ],
    [
      "no bound",
      slos({ sli: "serverErrors" }),
      'plan.slos[0].max: got nothing, expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100; or `maxIncrease`',
    ],
    [
      "no bound on statuses",
      slos({ sli: { status: "5xx" } }),
      'plan.slos[0].max: got nothing, expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100; or `maxIncrease`',
    ],
    [
      "a limit and no percentile",
      slos({ sli: "wallTime", limit: "1s" }),
      "plan.slos[0].percentile: got nothing, expected a percentile above 0 and below 100, such as 99; or `maxIncrease`",
    ],
    [
      "neither a limit nor how much slower",
      slos({ sli: "wallTime", percentile: 99 }),
      'plan.slos[0].limit: got nothing, expected a duration from "1ms" to "1d", such as "30s", "10m" or "1h30m"; or `slower`',
    ],
    ...["20", "-5%", "1001%", "20.123%", "20 percent", 20].map((slower): [string, object, string] => [
      `${JSON.stringify(slower)} as how much slower`,
      slos({ sli: "wallTime", slower }),
      `plan.slos[0].slower: got ${JSON.stringify(slower)}, expected a percentage from "0%" to "1000%", such as "20%": how much longer requests may take`,
    ]),
    ...Object.entries({ limit: "1s", percentile: 99, maxIncrease: 2, on: ["queue"] }).map(
      ([key, value]): [string, object, string] => [
        `a ${key} beside how much slower`,
        slos({ sli: "cpuTime", slower: "20%", [key]: value }),
        `plan.slos[0].${key}: got ${JSON.stringify(value)}, expected nothing beside \`slower\`: give it an SLO of its own`,
      ],
    ),
    [
      "a ceiling beside how much slower",
      slos({ sli: "cpuTime", slower: "20%", max: 0.1 }),
      'plan.slos[0]: unknown property "max": known are name, observeOnly, maxIncrease, sli, percentile, limit, slower, on',
    ],
    [
      "an increase that is a decrease",
      slos({ sli: "exceptions", maxIncrease: 0.5 }),
      "plan.slos[0].maxIncrease: got 0.5, expected a ratio from 1 to 1000: 1.5 allows half as many bad requests again as the old version has",
    ],
    [
      "an unknown class of statuses",
      slos({ sli: { status: ["5xx", "6xx"] }, max: 0.1 }),
      'plan.slos[0].sli.status[1]: got "6xx", expected a status from 100 to 599, a class such as "5xx", or a list of them',
    ],
    [
      "a status that is none",
      slos({ sli: { status: 42 }, max: 0.1 }),
      'plan.slos[0].sli.status: got 42, expected a status from 100 to 599, a class such as "5xx", or a list of them',
    ],
    [
      "a bound on statuses as a percentage",
      slos({ sli: { status: 429 }, max: 5 }),
      'plan.slos[0].max: got 5, expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100',
    ],
    [
      "filters without a name",
      slos({ sli: { bad: [{ key: "$workers.outcome", operation: "eq", value: "ok" }] }, max: 0.1 }),
      "plan.slos[0].name: got nothing, expected a name of 1 to 60 characters",
    ],
    [
      "a filter that compares with nothing",
      slos({ name: "own", sli: { bad: [{ key: "$workers.outcome", operation: "eq" }] }, max: 0.1 }),
      "plan.slos[0].sli.bad[0].value: got nothing, expected a value to compare with for eq",
    ],
    [
      "a filter that needs no value",
      slos({ name: "own", sli: { bad: [{ key: "$error", operation: "exists", value: 1 }] }, max: 0.1 }),
      "plan.slos[0].sli.bad[0].value: got 1, expected no value for exists",
    ],
    [
      "a logged field where invocations count",
      slos({ name: "own", sli: { bad: [{ key: "declined", operation: "eq", value: true }] }, max: 0.1 }),
      'plan.slos[0].sli.bad[0].key: got "declined", expected a field of Cloudflare\'s, such as "$workers.outcome", ' +
        "unless `valid` says which log lines count: fields that the Worker logs are in the rows of its log lines, not in those of invocations",
    ],
    [
      "probes that nobody judges",
      changed((plan) => (plan["probes"] = [{ path: "/health" }])),
      `plan.slos: got ${JSON.stringify(seedPlan.slos).slice(0, 57)}..., expected a list with an SLO on the probes, such as { sli: "probes", max: 0.1 }`,
    ],
    [
      "an SLO on probes it does not have",
      slos({ sli: "probes", max: 0.1 }),
      'plan.probes: got nothing, expected a list of at least one probe, which the SLO "probes" is about',
    ],
    [
      "a probe of nothing",
      probed({ every: "30s" }),
      'plan.probes[0]: got {"every":"30s"}, expected a probe with `url` or `path`, one of them',
    ],
    [
      "a probe of an address without a scheme",
      probed({ url: "shop.example.com/health" }),
      'plan.probes[0].url: got "shop.example.com/health", expected an address with https:// or http://, such as https://shop.example.com/health',
    ],
    [
      "a probe of another host by its path",
      probed({ path: "//example.com" }),
      'plan.probes[0].path: got "//example.com", expected a path that begins with /, such as /health',
    ],
    [
      "a probe more often than it looks",
      probed({ path: "/", every: "5s" }),
      'plan.probes[0].every: got "5s", expected at least the pollInterval, since a probe is sent when the release looks',
    ],
    [
      "nothing that could abort it",
      slos({ sli: "exceptions", max: 0.1, observeOnly: true }),
      'plan.slos: got [{"sli":"exceptions","max":0.1,"observeOnly":true}], expected a list with an SLO that is not `observeOnly`: nothing would stop a bad version',
    ],
    [
      "the 100th percentile",
      slos({ sli: "wallTime", percentile: 100, limit: "1s" }),
      "plan.slos[0].percentile: got 100, expected a percentile above 0 and below 100, such as 99",
    ],
    [
      "two SLOs of one name",
      slos({ sli: "serverErrors", max: 0.1 }, { sli: "serverErrors", max: 0.2 }),
      'plan.slos[1].name: got nothing, expected a name no other SLO has ("serverErrors" is taken)',
    ],
    [
      "a confidence of 1",
      changed((plan) => (plan["confidence"] = 1)),
      "plan.confidence: got 1, expected a probability from 0.5 to 0.999999",
    ],
    [
      "half a request",
      changed((plan) => (plan["minRequests"] = 0.5)),
      "plan.minRequests: got 0.5, expected a whole number from 0 to 1000000000",
    ],
  ];
  for (const [what, plan, fault] of cases) {
    it(`with ${what} is refused by name`, () => {
      const found = faults(plan);
      if (typeof fault === "string") assert.deepEqual(found, [fault]);
      else assert.match(found.join("\n"), fault);
    });
  }

  it("gets a name for how much slower requests may be, and a number", () => {
    const [given] = planSchema.parse(slos({ sli: "cpuTime", slower: "12.5 %" })).slos;
    const sli = { kind: "slower", of: "cpuTime", tolerance: 1.125 };
    assert.deepEqual(given, { name: "cpuTime slower", observeOnly: false, sli });
  });

  it("tells all its faults at once", () => {
    const plan = changed((given) => {
      given["confidence"] = 7;
      given["slos"] = [{ sli: "wallTime", percentile: 99, limit: "fast" }];
    });
    assert.deepEqual(
      faults(plan).map((fault) => fault.split(":")[0]),
      ["plan.slos[0].limit", "plan.confidence"],
    );
  });

  it("may hold values that are not known yet, and is still checked beside them", () => {
    const plan = changed((given) => {
      given["pollInterval"] = unknownValue;
      given["confidence"] = 7;
      given["slos"] = [{ sli: unknownValue, max: 0.1 }];
    });
    assert.deepEqual(
      faults(plan).map((fault) => fault.split(":")[0]),
      ["plan.confidence"],
    );
  });
});

describe("a duration", () => {
  for (const [text, ms] of [
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    ["7d", 604_800_000],
    ["1h 30m", 5_400_000],
    ["1.005s", 1005],
    ["0.1ms", 0.1],
    ["", undefined],
    ["5", undefined],
    ["m", undefined],
    ["5 m", undefined],
    ["-5m", undefined],
    ["5 minutes", undefined],
  ] as const) {
    it(`"${text}" is ${ms === undefined ? "none" : `${ms} ms`}`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }

  for (const [ms, text] of [
    [0, "0ms"],
    [450, "450ms"],
    [1.5, "1.5ms"],
    [1500, "1.5s"],
    [42_000, "42s"],
    [59_600, "59.6s"],
    [272_000, "4m 32s"],
    [5_400_000, "1h 30m"],
    [86_400_000, "1d"],
    [93_784_005, "1d 2h 3m 4.005s"],
  ] as const) {
    it(`that was set to ${ms} ms is written "${text}"`, () => {
      assert.equal(formatDuration(ms), text);
    });
  }

  for (const [ms, text] of [
    [0, "0ms"],
    [450.4, "450ms"],
    [59_600, "1m"],
    [272_400, "4m 32s"],
    [5_405_000, "1h 30m"],
    [93_784_005, "1d 2h"],
    [3_605_000, "1h"],
    [172_816_000, "2d"],
    [86_700_000, "1d"],
  ] as const) {
    it(`of ${ms} ms that was measured is written "${text}"`, () => {
      assert.equal(formatElapsed(ms), text);
    });
  }

  it("reads back from what is written of it, whatever it was set to", () => {
    const amount = fc.oneof(fc.integer({ min: 0, max: 999 }), fc.double({ min: 0, max: 999, noNaN: true }));
    const parts = fc.array(
      fc.tuple(
        amount.map((value) => Number(value.toFixed(3))),
        fc.constantFrom("ms", "s", "m", "h", "d"),
      ),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(parts, (given) => {
        const set = parseDuration(given.map(([value, unit]) => `${value}${unit}`).join(""));
        assert.notEqual(set, undefined);
        assert.equal(parseDuration(formatDuration(set ?? 0)), set);
      }),
    );
  });
});
