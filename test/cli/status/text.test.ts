import assert from "node:assert/strict";
import { createColors } from "picocolors";
import { accountText } from "../../../provider/cli/status/account";
import { barText } from "../../../provider/cli/status/health";
import { statusText } from "../../../provider/cli/status/text";
import type { Deployment } from "../../../provider/rollout/ports";
import type { HealthView, SloView, WorkerView } from "../../../provider/view/schema";
import { viewOf } from "../../../provider/view/view";
import { newVersion, oldVersion } from "../../rollout/simulate";
import { began, between, deployment, minute, planned, recorded } from "../../rollout/situations";

// What a person reads who asks how a release is doing, written out.

const plain = createColors(false);
const at25 = between(oldVersion, newVersion, 25);
const now = began + 13 * minute;
const createdAt = began + 12 * minute;
const since = ["2030-01-01 06:12:00Z, 1m ago", "2030-01-01 06:00:00Z, 13m ago"] as const;

function viewed(active: Deployment | undefined, health: HealthView | null = null): WorkerView {
  const view = viewOf({ scriptName: "checkout", plan: undefined, at: now, active, watched: undefined });
  return { ...view, health };
}

const text = (active: Deployment | undefined, health?: HealthView): string =>
  statusText(viewed(active, health), plain);

const soaks = deployment({ split: at25, createdAt, ...recorded({ stage: 0, planned }) });

const slo = (changes: Partial<SloView> = {}): SloView => ({
  ...{ name: "5xx", bad: "requests failed" },
  ...{ new: { bad: 6, valid: 1204, share: 0.004983 }, old: { bad: 15, valid: 3611, share: 0.004154 } },
  ...{ limit: 0.01, limitText: "limit 1 %", evidence: 0.21, verdict: "healthy" },
  ...{ observeOnly: false, byDefault: false },
  ...changes,
});

const seeing = { isAnswering: true, seenUntil: new Date(now).toISOString(), trouble: null, note: null };
const health = (...slos: SloView[]): HealthView => ({ telemetry: seeing, isJudged: true, slos });

describe("the status of a Worker", () => {
  const cases: readonly [string, Deployment | undefined, readonly string[]][] = [
    ["never deployed", undefined, ["No release of checkout is under way: it has never been deployed."]],
    [
      "that somebody deployed",
      deployment({ split: at25, createdAt }),
      [
        "No release of checkout is under way: its active deployment was made by jo with wrangler.",
        `  traffic  75 % to version ${oldVersion}`,
        `           25 % to version ${newVersion}`,
        `  since    ${since[0]}`,
      ],
    ],
    [
      "whose release is over",
      deployment({ createdAt, ...recorded({ phase: "aborted" }) }),
      [
        "No release of checkout is under way. The last one, r1, ended as aborted: What was said then.",
        `  traffic  100 % to version ${oldVersion} (old)`,
        `  since    ${since[0]}`,
      ],
    ],
    [
      "whose release soaks",
      soaks,
      [
        "Release r1 of checkout is under way.",
        `  stage    1 of 3 (25 %), soaking since ${since[0]}`,
        "  soak     4m of 5m left",
        `  traffic  75 % to version ${oldVersion} (old)`,
        `           25 % to version ${newVersion} (new)`,
        `  began    ${since[1]}`,
        "  stages   [25 %], 50 %, a person approves, 100 %",
        "",
        "  hold     workers-release hold checkout",
        "  abort    workers-release abort checkout",
      ],
    ],
    [
      "whose release waits, by the record of an older version",
      deployment({ split: at25, createdAt, ...recorded({ stage: 1, stages: 5, phase: "wait", next: 50 }) }),
      [
        "Release r1 of checkout is under way.",
        `  stage    2 of 5 (25 %), waiting for an approval to go to 50 %`,
        `  since    ${since[0]}`,
        `  traffic  75 % to version ${oldVersion} (old)`,
        `           25 % to version ${newVersion} (new)`,
        `  began    ${since[1]}`,
        "",
        "  approve  workers-release approve checkout",
        "  abort    workers-release abort checkout",
      ],
    ],
    [
      "whose release somebody holds",
      deployment({ split: at25, createdAt, ...recorded({ heldBy: "jo", planned, since: began }) }),
      [
        "Release r1 of checkout is under way.",
        `  stage    1 of 3 (25 %), soaking since ${since[1]}`,
        "  soak     5m are over",
        `  traffic  75 % to version ${oldVersion} (old)`,
        `           25 % to version ${newVersion} (new)`,
        `  began    ${since[1]}`,
        "  stages   [25 %], 50 %, a person approves, 100 %",
        "  held     by jo: it stays in this stage, watched as before",
        "",
        "  resume   workers-release resume checkout",
        "  abort    workers-release abort checkout",
      ],
    ],
  ];
  for (const [what, active, lines] of cases) {
    it(`${what} says what serves, since when, and what to do`, () => {
      assert.equal(text(active), lines.join("\n"));
    });
  }

  it("says at once that it was deployed a second ago", () => {
    assert.match(text(deployment({ createdAt: now })), / 06:13:00Z, 1s ago$/);
  });

  it("shows each SLO: old beside new, the limit, the evidence as a bar, in 80 columns", () => {
    const slos = [
      slo(),
      slo({ name: "p99 wallTime of the checkout", evidence: 1.4, verdict: "violated" }),
      slo({
        name: "quiet",
        evidence: 0,
        verdict: "insufficient",
        new: { bad: 0, valid: 0, share: 0 },
        old: null,
      }),
      slo({
        name: "busy",
        evidence: 0.6,
        verdict: "unsure",
        old: { bad: 12_345, valid: 12_345_678, share: 0.001 },
      }),
      slo({ name: "probes", evidence: null, verdict: "unseen", limit: null }),
      slo({ name: "watched", evidence: 1, verdict: "violated", observeOnly: true }),
    ];
    const lines = statusText(viewed(soaks, health(...slos)), plain).split("\n");
    const begin = lines.findIndex((line) => line.startsWith("  SLO"));
    assert.deepEqual(lines.slice(begin, begin + 12), [
      "  SLO                       old        new    limit  evidence",
      "  5xx                   0.415 %    0.498 %      1 %  ██░░░░░░░░  21 %  healthy",
      "                        15/3611     6/1204",
      "  p99 wallTime of       0.415 %    0.498 %      1 %  ██████████ 140 %  VIOLATED",
      "  the checkout          15/3611     6/1204",
      "  quiet                       –          –      1 %  ░░░░░░░░░░   0 %  too few",
      "  busy                    0.1 %    0.498 %      1 %  ██████░░░░  60 %  unsure",
      "                    12.3K/12.3M     6/1204",
      "  probes                0.415 %    0.498 %        –  seen by its own run only",
      "                        15/3611     6/1204",
      "  watched               0.415 %    0.498 %      1 %  ██████████ 100 %  observed",
      "                        15/3611     6/1204",
    ]);
    assert.ok(lines.every((line) => line.length <= 80));
  });

  it("fits into 60 columns, the bar below the figures", () => {
    const slos = [
      slo(),
      slo({ name: "p99 wallTime of the checkout", evidence: 1.4, verdict: "violated" }),
      slo({ name: "busy", observeOnly: true, evidence: 9.9, verdict: "violated", old: null }),
      slo({ name: "probes", evidence: null, verdict: "unseen", limit: null }),
    ];
    const blind = {
      ...seeing,
      note: "Nothing was seen of the new version for a minute, in spite of its share.",
    };
    const view = viewed(soaks, { ...health(...slos), telemetry: blind });
    const lines = statusText({ ...view, warnings: ["What is told ".repeat(8)] }, plain, 60).split("\n");
    assert.deepEqual(lines.slice(0, 22), [
      "Release r1 of checkout is under way.",
      "  stage    1 of 3 (25 %), soaking since 2030-01-01",
      "           06:12:00Z, 1m ago",
      "  soak     4m of 5m left",
      "  traffic  75 % to version",
      `           ${oldVersion} (old)`,
      "           25 % to version",
      `           ${newVersion} (new)`,
      "  began    2030-01-01 06:00:00Z, 13m ago",
      "  stages   [25 %], 50 %, a person approves, 100 %",
      "",
      "  SLO                old       new   limit  evidence",
      "  5xx            0.415 %   0.498 %     1 %    21 %  healthy",
      "                 15/3611    6/1204          ██░░░░░░░░",
      "  p99            0.415 %   0.498 %     1 %   140 %  VIOLATED",
      "  wallTime o…    15/3611    6/1204          ██████████",
      "  busy                 –   0.498 %     1 %   990 %  observed",
      "                            6/1204          ██████████",
      "  probes         0.415 %   0.498 %       –  its run's only",
      "                 15/3611    6/1204",
      "  Nothing was seen of the new version for a minute, in spite",
      "  of its share.",
    ]);
    assert.ok(lines.every((line) => line.length <= 60));
  });

  it("has colours only where they are wanted", () => {
    const view = viewed(soaks, health(slo()));
    assert.ok(!statusText(view, plain).includes("\u001b"));
    assert.ok(statusText(view, createColors(true)).includes("\u001b[32m██"));
  });

  it("says that the telemetry does not answer, that nobody uses it, and that nothing is judged", () => {
    const seenUntil = new Date(began + 11 * minute).toISOString();
    const blind = { isAnswering: false, seenUntil, trouble: "HTTP 502.", note: null };
    assert.match(
      text(soaks, { ...health(slo()), telemetry: blind }),
      /^ {2}The telemetry does not answer: HTTP 502\.\n {2}It was seen until 2030-01-01 06:11:00Z, 2m ago\.$/m,
    );
    assert.match(
      text(soaks, { ...health(), telemetry: { ...seeing, note: "no request" } }),
      /^ {2}no request$/m,
    );
    const measured = { ...health(slo({ limit: null, evidence: null, verdict: null })), isJudged: false };
    const lines = text(soaks, measured).split("\n");
    assert.ok(lines.includes("  SLO                       old        new"));
    assert.ok(lines.includes("  5xx                   0.415 %    0.498 %"));
    assert.match(
      lines.join("\n"),
      /The plan is not known here, so nothing is judged: give it with --plan FILE\./,
    );
  });
});

describe("the evidence as a bar", () => {
  for (const [evidence, bar] of [
    [0, "░░░░░░░░░░"],
    [0.001, "█░░░░░░░░░"],
    [0.99, "█████████░"],
    [1, "██████████"],
    [1000, "██████████"],
  ] as const) {
    it(`of ${evidence} is ${bar}`, () => {
      assert.equal(barText(evidence), bar);
    });
  }
});

describe("the releases of an account", () => {
  it("are a line each", () => {
    const waits = deployment({ split: at25, createdAt, ...recorded({ stage: 1, phase: "wait", next: 50 }) });
    const held = deployment({ split: at25, createdAt, ...recorded({ heldBy: "jo" }) });
    const views = [soaks, waits, held].map((active, index) => ({
      ...viewed(active),
      scriptName: ["checkout", "web", "api"][index] ?? "",
    }));
    assert.equal(
      accountText(views),
      [
        "checkout  stage 1 of 3 (25 %)  soaking, 4m of soak left, begun 13m ago",
        "web       stage 2 of 3 (25 %)  waiting for an approval, begun 13m ago",
        "api       stage 1 of 3 (25 %)  held by jo, begun 13m ago",
      ].join("\n"),
    );
    assert.equal(accountText([]), "No release is under way in this account.");
  });
});
