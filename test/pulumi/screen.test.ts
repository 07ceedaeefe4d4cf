import assert from "node:assert/strict";
import { printedProgress } from "../../provider/pulumi/engine";
import { isLiveScreen } from "../../provider/pulumi/screen";
import { RecordingProgress } from "../fakes/progress";

describe("what pulumi shows", () => {
  const cases: [string, Record<string, string>, string | undefined, boolean][] = [
    ["a terminal", {}, "/dev/pts/3", true],
    ["a console", {}, "/dev/tty1", true],
    ["a pipe", {}, "pipe:[123]", false],
    ["a file", {}, "/home/jo/up.log", false],
    ["nobody knows what", {}, undefined, true],
    ["a terminal of a CI", { CI: "true" }, "/dev/pts/3", false],
    [
      "a terminal of a CI nobody is to look for",
      { CI: "1", PULUMI_DISABLE_CI_DETECTION: "1" },
      "/dev/pts/3",
      true,
    ],
    ["a terminal, and no CI", { CI: "false" }, "/dev/pts/3", true],
    ["an agent of Azure", { TF_BUILD: "True" }, undefined, false],
  ];
  for (const [what, environment, output, expected] of cases) {
    it(`on ${what} is ${expected ? "live" : "printed line by line"}`, () => {
      assert.equal(isLiveScreen(environment, output), expected);
    });
  }

  it("where it is printed, is how things are once a minute, and after whatever has happened", () => {
    const printed = new RecordingProgress();
    let now = 0;
    const progress = printedProgress(
      {
        status: (line) => {
          printed.event(line);
        },
        event: (line) => {
          printed.event(line);
        },
      },
      () => now,
    );
    for (; now < 120_000; now += 10_000) {
      progress.status(`at ${now / 1000} s`);
      if (now === 80_000) progress.event("a stage begins");
    }
    assert.deepEqual(printed.events, ["at 0 s", "at 60 s", "a stage begins", "at 90 s"]);
  });
});
