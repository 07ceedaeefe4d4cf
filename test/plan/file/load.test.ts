import assert from "node:assert/strict";
import { load, problemsIn } from "./files";

const stages = "stages: [{ percent: 100, soakTime: 10m }]\n";
const slos = "slos:\n  - { sli: serverErrors, max: 1% }\n";
const whole = slos + stages;

describe("a plan file", () => {
  it("is read as YAML 1.2 and as JSON", () => {
    const plan = {
      slos: [{ sli: "serverErrors", max: "1%" }],
      stages: [{ percent: 100, soakTime: "10m" }],
    };
    assert.deepEqual(load(whole).plan, plan);
    assert.deepEqual(load(JSON.stringify(plan)).plan, plan);
    assert.deepEqual(load(JSON.stringify(plan, undefined, "\t")).plan, plan);
    assert.deepEqual(load(`\uFEFF${whole.replaceAll("\n", "\r\n")}`).plan, plan);
    assert.deepEqual(load(`# yaml-language-server: $schema=x.json\n$schema: x.json\n${whole}`).plan, plan);
    // What YAML 1.1 took for true and 90 minutes are texts.
    assert.deepEqual(problemsIn(`${whole}defaultSlos: yes\nwarmUp: 1:30\n`), [
      'web.yaml:4:14  defaultSlos: got "yes", expected true or false',
      'web.yaml:5:9  warmUp: got "1:30", expected a duration from "0ms" to "10m", such as "30s", "10m" or "1h30m"',
    ]);
  });

  it("tells all that is wrong, with the line and the column of each, in their order", () => {
    const text = `stages:
  - percent: 50
    soaktime: 5m
  - percent: 40
    soakTime: 5 minutes
slos:
  - sli: serverErors
    max: 1%
  - { sli: wallTime, percentile: 100, limit: 1s }
whenUnsure: extnd
colour: red
stagse: []
`;
    assert.deepEqual(
      problemsIn(text).map((line) => line.replace(/(, expected|known are)(?!.*did you mean).*/, "")),
      [
        'web.yaml:3:5  stages[0]: unknown property "soaktime": did you mean "soakTime"?',
        "web.yaml:4:14  stages[1].percent: got 40",
        "web.yaml:4:14  stages[1].percent: got 40",
        'web.yaml:5:15  stages[1].soakTime: got "5 minutes"',
        'web.yaml:7:10  slos[0].sli: got "serverErors", expected an SLI this package knows: "serverErrors", "exceptions", ' +
          '"canceled", "wallTime", "cpuTime", "probes", { status } or { bad } (did you mean "serverErrors"?)',
        "web.yaml:9:34  slos[1].percentile: got 100",
        'web.yaml:10:13  whenUnsure: got "extnd", expected "extend" or "ask" or "progress" or "abort" (did you mean "extend"?)',
        'web.yaml:11:1  unknown property "colour": ',
        'web.yaml:12:1  unknown property "stagse": did you mean "stages"?',
      ],
    );
  });

  it("takes a misspelt property for the one that was meant, and checks what is in it", () => {
    assert.deepEqual(problemsIn(`${slos}stagse:\n  - { percent: 100, soakTime: 10 }\n`), [
      'web.yaml:3:1  unknown property "stagse": did you mean "stages"?',
      'web.yaml:4:31  stages[0].soakTime: got 10, expected a duration from "1s" to "30d", such as "30s", "10m" or "1h30m"',
    ]);
  });

  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefg".split("").map((name, index) => {
      const before = "abcdef"[index] ?? "";
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
    }),
  ].join("\n");

  for (const [what, text, ...expected] of [
    ["is empty", "", "web.yaml:1:1  the file is empty, expected a plan with `slos` and `stages`"],
    [
      "has comments only",
      "# none yet\n",
      "web.yaml:1:1  the file is empty, expected a plan with `slos` and `stages`",
    ],
    ["is a list", "- percent: 1", "web.yaml:1:1  got a list, expected a plan with `slos` and `stages`"],
    ["is a text", "hello", 'web.yaml:1:1  got "hello", expected a plan with `slos` and `stages`'],
    [
      "lacks everything",
      "minRequests: 5",
      "web.yaml:1:1  slos: got nothing, expected a list of at least one SLO",
      "web.yaml:1:1  stages: got nothing, expected a list of at least one stage",
    ],
    [
      "has a key twice",
      `${whole}slos: []\n`,
      "web.yaml:4:1  slos stands here for the second time, expected once: put both into one, or take one out",
    ],
    [
      "has two documents",
      `${whole}---\n${whole}`,
      "web.yaml:4:1  a second document begins here, expected one plan in a file: give each a file of its own",
    ],
    [
      "has a tag",
      `${whole}warmUp: !duration 5s\n`,
      'web.yaml:4:9  Unresolved tag: !duration: a plan file has no tags that begin with "!"; put a text that does into quotes',
    ],
    [
      "is indented with tabs",
      "slos:\n\t- sli: probes\n",
      "web.yaml:2:1  got a tab, expected spaces: YAML is not indented with tabs",
    ],
    [
      "is of another YAML",
      `%YAML 1.1\n---\n${whole}`,
      "web.yaml:1:1  got the directive %YAML 1.1, expected none: a plan file is YAML 1.2",
    ],
    ["has an unknown alias", `${stages}slos: *base\n`, "web.yaml:2:7  nothing before this is named &base"],
    ["has aliases that blow up", bomb, "web.yaml:2:32  more than 200 aliases, expected a plan"],
    [
      "has an alias within itself",
      "slos: &a [*a]",
      "web.yaml:1:10  more than 50 values within each other, expected a plan",
    ],
    [
      "is nested without end",
      "[".repeat(100_000),
      "web.yaml:1:1  more than 50 values within each other, expected a plan",
    ],
    [
      "is longer than any plan",
      `# ${"x".repeat(100_000)}`,
      "web.yaml:1:1  got 100002 characters, expected a plan of at most 100000",
    ],
    [
      "merges maps",
      `base: &base\n  warmUp: 5s\n<<: *base\n${whole}`,
      'web.yaml:1:1  unknown property "base": ',
      'web.yaml:3:1  unknown property "<<": YAML 1.2 merges no maps; `extends` takes over a plan',
    ],
    [
      "says whom to tell",
      `notify: [{ url: "https://hooks.example.com" }]\n${whole}`,
      'web.yaml:1:1  unknown property "notify": it is an input of the Release, or stands in the file of `workers-release run --notify`',
    ],
    ["has another language's comment", `// none\n: x\n`, "web.yaml:2:1  cannot be read as YAML: "],
    [
      "has another language's comment before a property",
      `{ // none\n"warmUp": 5s }`,
      "web.yaml:1:1  slos: got nothing",
      "web.yaml:1:1  stages: got nothing",
      'web.yaml:1:3  unknown property "// none "warmUp"": a comment begins with #',
    ],
    [
      "has a text that wants quotes",
      "warmUp: @args.x",
      "web.yaml:1:9  cannot be read as YAML: plain value cannot start with reserved character @; put the text into quotes",
    ],
    [
      "has texts in the place of a stage and of a probe",
      `${slos}stages: [100]\nprobes: [/health]\n`,
      "web.yaml:2:3  slos: got ",
      'web.yaml:3:10  stages[0]: got 100, expected a stage, such as { percent: 25, soakTime: "10m" }',
      'web.yaml:4:10  probes[0]: got "/health", expected a probe, such as { path: "/health" }',
    ],
    [
      "ends within a list",
      "slos: [{ sli: serverErrors, max: 1% }",
      "web.yaml:1:38  cannot be read as YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "has two properties in a line",
      "slos: sli: probes",
      'web.yaml:1:7  cannot be read as YAML: a second property begins in this line. Give it a line of its own; put a text with ": " in it into quotes',
    ],
  ] as const) {
    it(`that ${what} is refused`, () => {
      const found = problemsIn(text);
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((begin, index) => {
        assert.ok(found[index]?.startsWith(begin), found.join("\n"));
      });
    });
  }

  it("may repeat itself by anchors, each place with its own line", () => {
    const text = `slos:\n  - &one { name: a, sli: serverErrors, max: 2 }\n  - *one\n${stages}`;
    assert.deepEqual(
      problemsIn(text).map((line) => line.split(":  ")[0]?.split("  ").join(" ").split(": got")[0]),
      ["web.yaml:2:45 slos[0].max", "web.yaml:2:45 slos[1].max"],
    );
  });

  it("does nothing to a terminal with what it says", () => {
    const [line = ""] = problemsIn(`"\\e[31mred": 1\n${whole}`);
    assert.ok(!line.includes("\u001b"), JSON.stringify(line));
    assert.ok(load(`__proto__: { polluted: true }\n${whole}`).problems.length > 0);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});
