import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { fails, holds } from "../../../provider/cloudflare/checks/finding";
import { setupChecks } from "../../../provider/cloudflare/checks/setup";
import { telemetryChecks, trafficChecks } from "../../../provider/cloudflare/checks/telemetry";
import { lastTrialChecks, trialChecks } from "../../../provider/cloudflare/checks/trial";
import { settingsChecks } from "../../../provider/cloudflare/checks/worker";
import { deployment } from "../../../provider/cloudflare/checks/worker/deployment";
import type { Entry, Named } from "../../../provider/cli/doctor/course";
import { adviceOf, tableOf, widthFor } from "../../../provider/cli/doctor/table";

const long =
  "a sentence that says what was found, with as many words as any of them has and some more besides";

const all: readonly Named[] = [
  ...setupChecks,
  deployment,
  ...settingsChecks,
  ...trialChecks,
  ...telemetryChecks,
  ...trafficChecks,
];
const entries: readonly Entry[] = all.map((check, i) => ({
  group: i % 2 === 0 ? "set-up" : "telemetry",
  check,
  finding: i % 3 === 0 ? fails(long, long) : holds(long),
}));

describe("the doctor's table", () => {
  for (const columns of [40, 80, 90, 200, undefined]) {
    const width = widthFor(columns);
    it(`fits ${width} columns where there are ${columns ?? "none"}, and loses no word`, () => {
      for (const text of [tableOf(entries, width), adviceOf(entries, width)]) {
        // On CI there are colours, which take no room.
        const lines = stripVTControlCharacters(text).split("\n");
        assert.deepEqual(
          lines.filter((line) => line.length > width),
          [],
        );
        assert.ok(!text.includes("…"), text);
      }
    });
  }

  it("is between 80 and 100 columns wide", () => {
    assert.deepEqual([40, 80, 90, 200, undefined].map(widthFor), [80, 80, 90, 100, 100]);
  });
});

describe("the checks", () => {
  it("have each an id of its own, in small letters", () => {
    const ids = all.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[a-z]+(-[a-z]+)*$/.test(id)));
    // The same question, tried in two ways.
    assert.ok(lastTrialChecks.every(({ id }) => ids.includes(id)));
  });
});
