import assert from "node:assert/strict";
import { printedProgress } from "../../provider/pulumi/engine";
import { isLiveScreen } from "../../provider/pulumi/screen";

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

  it("where it is printed, is how things are after what has happened, then less and less often", () => {
    const printed: string[] = [];
    let now = 0;
    const print = (line: string): void => {
      printed.push(line);
    };
    const progress = printedProgress({ status: print, event: print }, () => now);
    for (; now <= 250_000; now += 1000) {
      progress.status(String(now / 1000));
      if (now === 190_000) progress.event("a stage begins");
    }
    const before = ["0", "1", "3", "7", "15", "31", "63", "123", "183"];
    assert.deepEqual(printed, [...before, "a stage begins", "191", "192", "194", "198", "206", "222"]);
  });
});
