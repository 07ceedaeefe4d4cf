import assert from "node:assert/strict";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import { planChanges, planChangesText } from "../../provider/preview/planChanges";
import { seedPlan } from "../rollout/simulate";

function changes(before: Partial<ReleasePlan>, after: Partial<ReleasePlan>): string[] {
  const [old, fresh] = [
    planSchema.parse({ ...seedPlan, ...before }),
    planSchema.parse({ ...seedPlan, ...after }),
  ];
  const [, ...lines] = planChangesText(planChanges(old, fresh)).split("\n");
  return lines.map((line) => line.trim());
}

describe("what changes in a plan", () => {
  const last = { percent: 100, soakTime: "15m" };
  const half = { percent: 50, soakTime: "10m" };
  const cases: [string, Partial<ReleasePlan>, Partial<ReleasePlan>, string[]][] = [
    ["nothing", {}, {}, []],
    ["nothing, where a default is stated", {}, { confidence: 0.99, warmUp: "30s" }, []],
    ["nothing, where the same is written otherwise", { settleTime: "1m" }, { settleTime: "60s" }, []],
    [
      "its settings",
      { pollInterval: "10s", confidence: 0.99, maxBlindTime: "5m" },
      { pollInterval: "1m", confidence: 0.999, maxBlindTime: "5m", whenUnsure: "ask" },
      ["pollInterval: 10s → 1m", "confidence: 0.99 → 0.999", "whenUnsure: extend → ask"],
    ],
    [
      "a stage that is new, one that is gone, and one that somebody approves now",
      { stages: [{ percent: 10, soakTime: "5m" }, half, last] },
      { stages: [{ percent: 20, soakTime: "90s" }, { ...half, progression: "manual" }, last] },
      [
        "stage 20 %: none → soaks 1m 30s",
        "stage 50 %: soaks 10m → soaks 10m, then a person approves",
        "stage 10 %: soaks 5m → none",
      ],
    ],
    [
      "an SLO",
      { slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }] },
      { slos: [{ name: "5xx", sli: "serverErrors", max: 0.0125, observeOnly: false }] },
      ['SLO "5xx": ≤ 1 % → ≤ 1.25 %'],
    ],
    [
      "the SLO that every plan has",
      {},
      { defaultSlos: false },
      ['SLO "canceled": ≤ 2 × the old version\'s + 2 % (by default) → none'],
    ],
    [
      "a probe",
      { slos: [{ sli: "probes", max: 0.1 }], probes: [{ path: "/health" }] },
      { slos: [{ sli: "probes", max: 0.1 }], probes: [{ path: "/health", every: "30s" }] },
      ["probe 1 (/health): every 10s, answered within 10s → every 30s, answered within 10s"],
    ],
  ];
  for (const [what, before, after, expected] of cases) {
    it(`is ${what}`, () => {
      assert.deepEqual(changes(before, after), expected);
    });
  }

  it("is told in full where its words are the same", () => {
    const slos = (value: string): Partial<ReleasePlan> => ({
      slos: [{ name: "own", max: 0.01, sli: { bad: [{ key: "$workers.outcome", operation: "eq", value }] } }],
    });
    const [change = "", ...others] = changes(slos("exception"), slos("exceededCpu"));
    assert.deepEqual(others, []);
    assert.match(change, /^SLO "own": \{.*"exception".*\} → \{.*"exceededCpu".*\}$/);
  });
});
