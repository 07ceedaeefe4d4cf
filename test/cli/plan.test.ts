import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formats } from "../../provider/cli/plan/formats";
import { timelineText } from "../../provider/cli/plan/timeline";
import { loadPlan } from "../../provider/loadPlan";
import { loadPlanFile, type LoadedPlan } from "../../provider/plan/file/load";
import { planSchema } from "../../provider/plan/schema";
import { planFiles } from "../../provider/planFiles";
import { forecastOf } from "../../provider/preview/forecast";
import { workersRelease } from "./command";

const root = join(__dirname, "..", "..");
const readyMade = readdirSync(join(root, "plans")).map(
  (file) => `pulumi-workers-release/${file.replace(".yaml", "")}`,
);

function loaded(path: string, args: Record<string, string> = {}): LoadedPlan {
  return loadPlanFile(path, planFiles, { args, asText: true, missing: "refuse" });
}

describe("workers-release plan", function () {
  this.timeout(60_000);
  const place = { file: "plans/a,b.yaml", line: 4, column: 12 };
  const problem = { place, path: "slos[0].max", reason: 'got "5%", expected less' };
  const wrong = { file: place.file, problems: [problem], missing: [] };

  it("check prints a line for each problem, and one for each file", () => {
    const open = { file: "open.yaml", problems: [], missing: ["limit", "soak"] };
    assert.equal(
      formats.text([
        wrong,
        { ...wrong, file: "c.yaml" },
        open,
        { file: "fine.yaml", problems: [], missing: [] },
      ]),
      `plans/a,b.yaml:4:12  slos[0].max: got "5%", expected less
plans/a,b.yaml: 1 problem
c.yaml: 1 problem
open.yaml: fine as far as it was checked; what depends on limit, soak was not. Give --args limit=… --args soak=…
fine.yaml: fine`,
    );
  });

  it("check annotates a pull request: escaped, and from the root of the repository", () => {
    const before = process.env["GITHUB_WORKSPACE"];
    process.env["GITHUB_WORKSPACE"] = join(process.cwd(), "..");
    try {
      const folder = process.cwd().split("/").at(-1) ?? "";
      const [first] = formats.github([wrong]).split("\n");
      assert.equal(
        first,
        `::error file=${folder}/plans/a%2Cb.yaml,line=4,col=12,title=slos[0].max::got "5%25", expected less`,
      );
    } finally {
      if (before === undefined) delete process.env["GITHUB_WORKSPACE"];
      else process.env["GITHUB_WORKSPACE"] = before;
    }
  });

  it("check writes JSON for programs", () => {
    assert.deepEqual(JSON.parse(formats.json([wrong])), [
      {
        file: place.file,
        problems: [{ ...place, path: problem.path, reason: problem.reason }],
        argsWithoutValue: [],
      },
    ]);
  });

  it("check ends with 1 where something is wrong, and takes arguments as texts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "plans-"));
    try {
      const file = join(folder, "a.yaml");
      writeFileSync(
        file,
        "extends: pulumi-workers-release/low-traffic\nargs: { soak: { type: duration } }\nwarmUp: $(args.soak)\n",
      );
      const { code, out, err } = await workersRelease([
        "plan",
        "check",
        file,
        "--args",
        "soak=1d",
        "--args",
        "minRequests=2",
      ]);
      assert.deepEqual([code, err], [1, ""]);
      assert.match(
        out,
        /a\.yaml:3:9 {2}warmUp: got "1d", expected .* \(the argument soak, as it was given\)\n.*: 1 problem\n$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("show draws the stages: when each begins at the earliest, where a person is needed, what traffic it needs", () => {
    const plan = planSchema.parse({
      slos: [{ name: "5xx", sli: "serverErrors", max: "1%" }],
      defaultSlos: false,
      stages: [
        { percent: 0, soakTime: "1m" },
        { percent: 12.5, soakTime: "5m", progression: "manual" },
        { percent: 100, soakTime: "1h" },
      ],
      freeze: [{ from: "18:00", to: "08:00" }],
    });
    assert.equal(
      timelineText("web.yaml", plan, forecastOf(plan)),
      `web.yaml
┌───────┬────────┬──────────┬──────┬─────────────────────────────────────────────────────────┐
│ stage │ share  │ earliest │ soak │ then                                                    │
├───────┼────────┼──────────┼──────┼─────────────────────────────────────────────────────────┤
│ 1     │ 0 %    │ at once  │ 1m   │ goes on                                                 │
├───────┼────────┼──────────┼──────┼─────────────────────────────────────────────────────────┤
│ 2     │ 12.5 % │ +1m      │ 5m   │ 1m for the last telemetry, a person approves, within 1d │
├───────┼────────┼──────────┼──────┼─────────────────────────────────────────────────────────┤
│ 3     │ 100 %  │ +7m      │ 1h   │ 1m for the last telemetry, complete                     │
└───────┴────────┴──────────┴──────┴─────────────────────────────────────────────────────────┘
┌───────────┬─────────────────────────────────────────────────────────────────────────┐
│ at least  │ 1h 8m, and the wait for a person, and the time in which it is frozen    │
├───────────┼─────────────────────────────────────────────────────────────────────────┤
│ judged by │ 5xx ≤ 1 %                                                               │
├───────────┼─────────────────────────────────────────────────────────────────────────┤
│ unsure    │ a soak that proves nothing is extended once, then all traffic goes back │
├───────────┼─────────────────────────────────────────────────────────────────────────┤
│ frozen    │ every day from 18:00 to 08:00, UTC                                      │
├───────────┼─────────────────────────────────────────────────────────────────────────┤
│ traffic   │ at least 1.3 a second to the Worker: stage 2 has to serve 50 of them    │
├───────────┼─────────────────────────────────────────────────────────────────────────┤
│ requests  │ about 1300 to Cloudflare's API, waits left out                          │
└───────────┴─────────────────────────────────────────────────────────────────────────┘`,
    );
  });

  for (const [soakTime, told] of [
    ["10m", "5 a minute"],
    ["5h", "10 an hour"],
    ["20d", "0.1 an hour"],
  ] as const) {
    it(`tells a rate of requests for people: ${told}`, () => {
      const plan = planSchema.parse({
        slos: [{ sli: "serverErrors", max: "1%" }],
        stages: [{ percent: 100, soakTime }],
      });
      assert.match(timelineText("web.yaml", plan, forecastOf(plan)), new RegExp(`at least ${told} to`));
    });
  }

  it("knows the ready-made plans by name, and the one that was meant by a misspelt name", () => {
    assert.deepEqual(readyMade.sort(), [
      "pulumi-workers-release/cautious",
      "pulumi-workers-release/fast",
      "pulumi-workers-release/low-traffic",
      "pulumi-workers-release/on-call-hours",
      "pulumi-workers-release/standard",
    ]);
    for (const name of readyMade) assert.deepEqual(loaded(name).problems, [], name);
    const { slos, freeze } = loadPlan("pulumi-workers-release/on-call-hours", { args: { maxErrors: "2%" } });
    assert.deepEqual([(slos[0] as { max?: unknown } | undefined)?.max, freeze?.length], ["2%", 2]);
    assert.throws(() => loadPlan("pulumi-workers-release/standrd"), {
      message:
        "The plan pulumi-workers-release/standrd has a problem:\n" +
        '  pulumi-workers-release/standrd:1:1  there is no ready-made plan "standrd": did you mean "standard"?',
    });
  });

  it("says which file was meant by one that is not there, and that a folder is none", () => {
    assert.deepEqual(
      [loaded("examples/plan-file/plans/webb.yaml"), loaded("examples/plan-file")].map(
        ({ problems }) => problems[0]?.reason,
      ),
      [
        'there is no file examples/plan-file/plans/webb.yaml: did you mean "web.yaml"?',
        "examples/plan-file is a folder, expected a plan file",
      ],
    );
  });
});
