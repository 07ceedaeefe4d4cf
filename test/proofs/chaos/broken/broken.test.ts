import assert from "node:assert/strict";
import { drive, type Driver } from "../driver";
import { checkAll } from "../invariants/all";
import { scenarioOf } from "../scenario/generate";
import type { Scenario } from "../scenario/scenario";
import { shrink } from "../shrink";
import { simulate } from "../simulate";
import * as broken from "./drivers";
import { badFromTheStart, calmDay, crossing, gated, held, hotfix, lostWrite, replaced } from "./scenarios";

function withLittleTraffic(scenario: Scenario): Scenario {
  return { ...scenario, plan: { ...scenario.plan, minRequests: 0 } };
}

async function brokenBy(driver: Driver, scenario: Scenario): Promise<string[]> {
  const { violations } = checkAll(await simulate(scenario, { driver }));
  return violations.map(({ invariant }) => invariant);
}

describe("the simulation of releases", () => {
  const cases: readonly (readonly [Exclude<keyof typeof broken, "module.exports">, Scenario, string])[] = [
    ["looksOnce", calmDay([hotfix]), "no foreign deployment overwritten"],
    ["looksOnce", calmDay([replaced]), "no foreign deployment overwritten"],
    ["looksBeforeOnly", calmDay([crossing]), "what was overwritten unseen is deployed again"],
    ["believesEveryWrite", calmDay([lostWrite]), "waits and completions move no traffic"],
    ["seesNothingBad", calmDay([], badFromTheStart), "no promotion after a visible violation"],
    ["seesNothingBad", calmDay([], badFromTheStart), "a visible violation is reverted within two polls"],
    ["onlySaysItReverts", calmDay([], badFromTheStart), '"All traffic is back" is true'],
    ["praisesItself", calmDay([], badFromTheStart), "completed is true"],
    ["givesUp", calmDay([], badFromTheStart), "no revert is given up that could be done"],
    ["forgetsStages", calmDay(), "every stage deployed is reported"],
    ["throwsInTheEnd", calmDay(), "nothing was moved when a run throws"],
    ["stumbles", calmDay(), "only CannotStart and PortError are thrown"],
    ["roundsBadly", calmDay(), "shares sum to 100"],
    ["roundsBadly", calmDay(), "shares have two decimals"],
    ["leaps", calmDay(), "no stage is skipped"],
    ["overlooksHolds", calmDay([held]), "a held release stays where it is"],
    ["asksNoGate", gated(calmDay()), "no stage is entered before its gate opens"],
    ["hurries", withLittleTraffic(calmDay()), "a stage soaks for its time"],
    ["neverEnds", calmDay(), "every run ends"],
    ["asksTooOften", calmDay(), "calls in proportion to time"],
    ["goesOn", calmDay(), "nothing is called after the end"],
    ["collectsListeners", calmDay(), "few listeners for the interruption"],
    ["writesLate", calmDay(), "no write of ours takes effect after the ending"],
  ];

  for (const [name, scenario, invariant] of cases) {
    it(`catches a driver that ${name}: ${invariant}`, async () => {
      assert.ok((await brokenBy(broken[name], scenario)).includes(invariant));
    });
  }

  it("catches a driver that leavesRejections: no rejection is left unhandled", async () => {
    // Mocha would take it for a failure of the test.
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const found = await brokenBy(broken.leavesRejections, calmDay());
    for (const listener of others) process.on("unhandledRejection", listener);
    assert.deepEqual(found, ["no rejection is left unhandled"]);
  });

  it("finds nothing wrong with the release of those scenarios", async () => {
    for (const [, scenario] of cases) assert.deepEqual(await brokenBy(drive, scenario), []);
  });

  it("plays a seed the same way every time", async () => {
    for (const seed of [11, 12, 13, 14, 15]) {
      const [first, second] = [
        await simulate(scenarioOf(seed), { narrates: true }),
        await simulate(scenarioOf(seed), { narrates: true }),
      ];
      assert.deepEqual(first.lines, second.lines);
      assert.ok(first.lines.length > 3);
    }
  });

  it("shrinks a failure to the fault that is to blame", async () => {
    const noise = scenarioOf(22).pieces.map((piece) => ({ ...piece, id: piece.id + 1 }));
    const crowded = calmDay([hotfix, { id: 99, kind: "secret", at: 250_000 }, ...noise.slice(0, 2)]);
    const small = await shrink(crowded, "no foreign deployment overwritten", broken.looksOnce);
    assert.deepEqual(small.pieces, [hotfix]);
  });
});
