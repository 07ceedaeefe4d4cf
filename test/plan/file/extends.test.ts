import assert from "node:assert/strict";
import type { ReleasePlan } from "../../../provider/plan/types";
import { load, problemsIn } from "./files";

const org = `confidence: 99.9%
minRequests: 100
slos:
  - { name: 5xx, sli: serverErrors, max: 1% }
  - { sli: wallTime, percentile: 99, limit: 1s, observeOnly: true }
  - { sli: exceptions, max: 0.1%, on: [fetch, queue] }
stages:
  - { percent: 50, soakTime: 10m }
  - { percent: 100, soakTime: 10m }
`;

function extending(text: string): Record<string, string> {
  return { "plans/org.yaml": org, "web.yaml": `extends: plans/org.yaml\n${text}` };
}

function planOf(texts: Record<string, string>): ReleasePlan {
  const { plan, problems } = load(texts);
  assert.deepEqual(problems, []);
  assert.ok(plan);
  return plan;
}

describe("a plan that extends another", () => {
  it("takes it over whole, changes values, makes SLOs stricter by name, and adds others", () => {
    const plan = planOf(
      extending(`minRequests: 20
slos:
  - { name: 5xx, max: 0.5%, maxIncrease: 2 }
  - { name: p99 wallTime, limit: 500ms, observeOnly: false }
  - { sli: exceptions, max: 0.1%, on: [queue, fetch, scheduled] }
  - { sli: probes, max: 10% }
probes: [{ path: /health }]
stages: [{ percent: 100, soakTime: 1h }]
`),
    );
    assert.deepEqual(plan, {
      confidence: "99.9%",
      minRequests: 20,
      slos: [
        { name: "5xx", sli: "serverErrors", max: "0.5%", maxIncrease: 2 },
        { sli: "wallTime", percentile: 99, limit: "500ms", observeOnly: false, name: "p99 wallTime" },
        { sli: "exceptions", max: "0.1%", on: ["queue", "fetch", "scheduled"] },
        { sli: "probes", max: "10%" },
      ],
      stages: [{ percent: 100, soakTime: "1h" }],
      probes: [{ path: "/health" }],
    });
  });

  it("goes through a chain, each path relative to the file that it stands in", () => {
    const plan = planOf({
      "web.yaml": "extends: plans/team.yaml\nslos: [{ name: 5xx, max: 0.1% }]\n",
      "plans/team.yaml":
        "extends: ../org/org.yaml\nslos: [{ name: 5xx, max: 0.5% }, { sli: probes, max: 1% }]\nprobes: [{ path: /a }]\n",
      "org/org.yaml": org,
    });
    assert.deepEqual(plan.slos[0], { name: "5xx", sli: "serverErrors", max: "0.1%" });
    assert.equal(plan.slos.length, 4);
  });

  it("adds to freezes and probes, and changes a probe of the same path", () => {
    const base = `${org}freeze: [{ from: "18:00", to: "08:00" }]\nprobes: [{ path: /a, every: 10s, timeout: 5s }, { path: /b }]\n`;
    const plan = planOf({
      "org.yaml": base,
      "web.yaml": `extends: org.yaml
freeze: [{ from: 2026-12-20, to: 2027-01-03 }]
probes: [{ path: /a, every: 30s }, { path: /c }]
slos: [{ sli: probes, max: 1% }]
`,
    });
    assert.deepEqual(plan.freeze, [
      { from: "18:00", to: "08:00" },
      { from: "2026-12-20", to: "2027-01-03" },
    ]);
    assert.deepEqual(plan.probes, [
      { path: "/a", every: "30s", timeout: "5s" },
      { path: "/b" },
      { path: "/c" },
    ]);
  });

  const asOrg = (line: number, column: number): string =>
    `as plans/org.yaml:${line}:${column} has it: a plan can make an SLO of the plan that it extends stricter, not laxer`;

  for (const [what, slo, expected] of [
    [
      "a higher share",
      "{ name: 5xx, max: 0.02 }",
      `3:23  slos[0].max: got 0.02, expected at most "1%", ${asOrg(4, 42)}`,
    ],
    [
      "a longer limit",
      "{ name: p99 wallTime, limit: 2s }",
      `3:34  slos[1].limit: got "2s", expected at most "1s", ${asOrg(5, 45)}`,
    ],
    [
      "a lower percentile",
      "{ name: p99 wallTime, percentile: 95 }",
      `3:39  slos[1].percentile: got 95, expected at least 99, ${asOrg(5, 34)}`,
    ],
    [
      "only looking",
      "{ name: 5xx, observeOnly: true }",
      `3:31  slos[0].observeOnly: got true, expected false, ${asOrg(4, 5)}`,
    ],
    [
      "another SLI",
      "{ name: 5xx, sli: exceptions }",
      `3:23  slos[0].sli: got "exceptions", expected "serverErrors", or an SLO of its own with another name, ${asOrg(4, 23)}`,
    ],
    [
      "fewer events",
      "{ name: exceptions, on: [queue] }",
      `3:29  slos[2].on: got ["queue"], expected a list with "fetch", "queue", ${asOrg(6, 39)}`,
    ],
  ] as const) {
    it(`cannot make an SLO laxer: ${what}`, () => {
      assert.deepEqual(problemsIn(extending(`slos:\n  - ${slo}\n`)), [`web.yaml:${expected}`]);
    });
  }

  it("says which SLO was meant by a change of none", () => {
    const text = "slos:\n  - { name: 5xxx, max: 0.1% }\n  - { name: gone, max: 0.1% }\n";
    assert.deepEqual(
      problemsIn(extending(text)).map((line) => line.replace(/.*: (?=did|known)/, "")),
      ['did you mean "5xx"?', "known are 5xx, p99 wallTime, exceptions"],
    );
  });

  it("cannot change the same SLO twice", () => {
    const text = "slos:\n  - { name: 5xx, max: 0.1% }\n  - { name: 5xx, sli: serverErrors, max: 0.2% }\n";
    assert.deepEqual(problemsIn(extending(text)), [
      'web.yaml:4:13  slos[3].name: got "5xx", expected a name no other SLO has ("5xx" is taken)',
    ]);
  });

  it("tells what is wrong in each file at its place", () => {
    const texts = {
      "org.yaml": `${org}warmUp: 1\n`,
      "web.yaml": "extends: org.yaml\nsettleTime: 2\nwarmup: 3s\n",
    };
    assert.deepEqual(
      problemsIn({ ...texts, "web.yaml": texts["web.yaml"].replace("warmup: 3s\n", "") }).map(
        (line) => line.split(",")[0],
      ),
      ["org.yaml:10:9  warmUp: got 1", "web.yaml:2:13  settleTime: got 2"],
    );
  });

  for (const [what, texts, expected] of [
    [
      "a file that is not there",
      { "web.yaml": "extends: orgg.yaml" },
      "web.yaml:1:10  extends: there is no file orgg.yaml",
    ],
    [
      "a file that cannot be read",
      { "web.yaml": "extends: org.yaml", "org.yaml": "a: [" },
      "org.yaml:1:5  cannot be read as YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "itself",
      { "web.yaml": "extends: ./web.yaml" },
      "web.yaml:1:10  extends: these plans extend each other in a circle: web.yaml → web.yaml. Take one `extends` out",
    ],
    [
      "a circle",
      { "web.yaml": "extends: a.yaml", "a.yaml": "extends: b.yaml", "b.yaml": "extends: ./x/../a.yaml" },
      "b.yaml:1:10  extends: these plans extend each other in a circle: a.yaml → b.yaml → a.yaml. Take one `extends` out",
    ],
    [
      "several",
      { "web.yaml": "extends: [a.yaml, b.yaml]" },
      'web.yaml:1:10  extends: got ["a.yaml","b.yaml"], expected the path of one plan file, relative to this one, or a ready-made plan, such as pulumi-workers-release/standard',
    ],
    [
      "what an argument says",
      { "web.yaml": "extends: $(args.base)" },
      'web.yaml:1:10  extends: got "$(args.base)", expected the path of one plan file, relative to this one, or a ready-made plan, such as pulumi-workers-release/standard',
    ],
  ] as const) {
    it(`cannot extend ${what}`, () => {
      assert.deepEqual(problemsIn(texts as unknown as Record<string, string>), [expected]);
    });
  }

  it("may fix or give an argument of it, of the type that it declares", () => {
    const base =
      "args: { max: { type: percent }, soak: { type: duration, default: 5m } }\nslos: [{ name: 5xx, sli: serverErrors, max: $(args.max) }]\nstages: [{ percent: 100, soakTime: $(args.soak) }]\n";
    const plan = planOf({
      "org.yaml": base,
      "web.yaml":
        "extends: org.yaml\nargs: { max: { default: 2% } }\nslos: [{ name: 5xx, maxIncrease: 2 }]\n",
    });
    assert.deepEqual(plan.slos, [{ name: "5xx", sli: "serverErrors", max: "2%", maxIncrease: 2 }]);
    assert.deepEqual(
      problemsIn({
        "org.yaml": base,
        "web.yaml": "extends: org.yaml\nargs: { max: { type: number, default: 2 } }\n",
      })[0],
      'web.yaml:2:22  args.max.type: got "number", expected "percent", as org.yaml:1:9 declares it',
    );
  });
});
