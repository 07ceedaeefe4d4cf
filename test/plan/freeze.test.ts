import assert from "node:assert/strict";
import { faultsOf, parseInput } from "../../provider/plan/faults";
import { frozenUntil } from "../../provider/plan/freeze";
import { planSchema } from "../../provider/plan/schema";
import type { Freeze, ReleasePlan } from "../../provider/plan/types";
import { seedPlan } from "../rollout/simulate";

const berlin = { timeZone: "Europe/Berlin" };
const nights: Freeze = { from: "18:00", to: "08:00", ...berlin };
const weekends: Freeze = { cron: "0 18 * * fri", duration: "62h", ...berlin };
const blackFriday: Freeze = { from: "2026-11-26", to: "2026-11-30", timeZone: "America/New_York" };

function withFreeze(...freeze: unknown[]): Record<string, unknown> {
  return { ...seedPlan, freeze };
}

/** Until when it is frozen at a time, as `2026-11-30 07:00`; undefined where it is not. */
function until(at: string, ...freeze: Freeze[]): string | undefined {
  const { freezes } = planSchema.parse(withFreeze(...freeze));
  const end = frozenUntil(freezes, Date.parse(`${at}Z`));
  return end === undefined ? undefined : new Date(end).toISOString().slice(0, 16).replace("T", " ");
}

describe("a freeze", () => {
  const cases: [string, string, Freeze[], string | undefined][] = [
    ["at night, in the evening", "2026-11-24T17:00", [nights], "2026-11-25 07:00"],
    ["at night, in the morning", "2026-11-25T06:59:59", [nights], "2026-11-25 07:00"],
    ["by day: its end is no part of it", "2026-11-25T07:00", [nights], undefined],
    ["by day, a second before it", "2026-11-25T16:59:59", [nights], undefined],
    ["at noon, on the same day", "2026-11-25T12:30", [{ from: "12:00", to: "13:00" }], "2026-11-25 13:00"],
    ["in summer, when the clocks of its zone show more", "2026-07-01T16:00", [nights], "2026-07-02 06:00"],
    ["in a night in which the clocks go back", "2026-10-24T20:00", [nights], "2026-10-25 07:00"],
    ["in a night in which they go on", "2026-03-28T20:00", [nights], "2026-03-29 06:00"],
    ["at a weekend, from its first second on", "2026-11-27T17:00", [weekends], "2026-11-30 07:00"],
    ["at a weekend, on Sunday", "2026-11-29T12:00", [weekends], "2026-11-30 07:00"],
    ["on a Friday afternoon", "2026-11-27T16:59:59", [weekends], undefined],
    ["on a Monday morning", "2026-11-30T07:00", [weekends], undefined],
    ["of whole days, both of which it includes", "2026-11-26T05:00", [blackFriday], "2026-12-01 05:00"],
    ["of whole days, the night before", "2026-11-26T04:59", [blackFriday], undefined],
    ["of one day", "2026-12-24T00:00", [{ from: "2026-12-24", to: "2026-12-24" }], "2026-12-25 00:00"],
    [
      "between two moments",
      "2026-12-24T18:00",
      [{ from: "2026-12-24 12:00", to: "2026-12-24T18:30" }],
      "2026-12-24 18:30",
    ],
    ["that another follows", "2026-11-27T18:00", [nights, weekends, blackFriday], "2026-12-01 07:00"],
    ["of a plan without any", "2026-11-27T18:00", [], undefined],
  ];
  for (const [what, at, freeze, expected] of cases) {
    it(what, () => {
      assert.equal(until(at, ...freeze), expected);
    });
  }

  it("that never ends is told as one of 60 days", () => {
    const at = Date.UTC(2030, 0, 1);
    const always = { kind: "repeated", cron: "0 * * * *", lastsMs: 3_600_000, timeZone: "UTC" } as const;
    assert.equal(frozenUntil([always], at), at + 60 * 86_400_000);
  });
});

describe("the freezes of a plan", () => {
  const shape = "expected a freeze with `cron` and `duration`, or with `from` and `to`";
  const time =
    'expected a time of day, such as "18:00", or a date, such as "2026-11-26" or "2026-11-26 18:00"';
  const cron =
    'expected a cron expression of five fields, minute hour day month weekday, such as "0 18 * * fri"';
  const cases: [string, unknown, string][] = [
    ["no freeze", "weekends", `plan.freeze[0]: got "weekends", ${shape}`],
    ["nothing in it", {}, `plan.freeze[0]: got {}, ${shape}`],
    ["no duration", { cron: "0 18 * * 5" }, `plan.freeze[0]: got {"cron":"0 18 * * 5"}, ${shape}`],
    ["no end", { from: "18:00" }, `plan.freeze[0]: got {"from":"18:00"}, ${shape}`],
    [
      "an unknown property",
      { form: "18:00", to: "08:00" },
      'plan.freeze[0]: unknown property "form": did you mean "from"?',
    ],
    ["an hour that no day has", { from: "24:00", to: "08:00" }, `plan.freeze[0].from: got "24:00", ${time}`],
    [
      "a day that no month has",
      { from: "2026-02-30", to: "2026-03-01" },
      `plan.freeze[0].from: got "2026-02-30", ${time}`,
    ],
    ["seconds", { cron: "0 0 18 * * 5", duration: "1h" }, `plan.freeze[0].cron: got "0 0 18 * * 5", ${cron}`],
    [
      "a time that never comes",
      { cron: "0 0 30 2 *", duration: "1h" },
      `plan.freeze[0].cron: got "0 0 30 2 *", ${cron}`,
    ],
    [
      "a duration that is too long",
      { cron: "0 18 * * 5", duration: "32d" },
      'plan.freeze[0].duration: got "32d", expected a duration from "1m" to "31d", such as "30s", "10m" or "1h30m"',
    ],
    [
      "a zone that nobody knows",
      { ...nights, timeZone: "Europe/Berlyn" },
      'plan.freeze[0].timeZone: got "Europe/Berlyn", expected a time zone of the IANA database, such as "Europe/Berlin"',
    ],
    [
      "a time and a date",
      { from: "18:00", to: "2026-11-30" },
      'plan.freeze[0]: got {"from":"18:00","to":"2026-11-30"}, expected `from` and `to` to be both times of day or both dates',
    ],
    [
      "no time",
      { from: "18:00", to: "18:00" },
      'plan.freeze[0]: got {"from":"18:00","to":"18:00"}, expected `from` and `to` to differ',
    ],
    [
      "an end before the beginning",
      { from: "2026-11-30", to: "2026-11-29" },
      'plan.freeze[0]: got {"from":"2026-11-30","to":"2026-11-29"}, expected `to` after `from`',
    ],
  ];
  for (const [what, freeze, fault] of cases) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual(faults(withFreeze(freeze)), [fault]);
    });
  }

  it("are refused where they leave no time to release", () => {
    const always = { cron: "0 * * * *", duration: "1h" };
    const text = '[{"cron":"0 * * * *","duration":"1h"}]';
    assert.deepEqual(faults(withFreeze(always)), [
      `plan.freeze: got ${text}, expected freezes with a gap between them: these leave no time to release in 60d`,
    ]);
    assert.deepEqual(faults(withFreeze({ from: "08:00", to: "20:00" }, { from: "19:00", to: "07:59" })), []);
  });

  it("are counted to what a release may take in all", () => {
    const [fault = ""] = faults(withFreeze({ from: "2026-01-01", to: "2026-03-01" }));
    assert.match(fault, /^plan\.stages: .*each freeze that may come before a stage; these take 60d 1h 22m$/);
  });
});

function faults(plan: unknown): string[] {
  const parsed = parseInput(planSchema, plan as ReleasePlan);
  return parsed.success
    ? []
    : faultsOf(parsed.error, plan, "plan").map(({ path, reason }) => `${path}: ${reason}`);
}
