import assert from "node:assert/strict";
import { load, problemsIn } from "./files";

const stages = "stages: [{ percent: 100, soakTime: 10m }]\n";
const file = `args:
  maxErrors: { type: percent, default: 1% }
  limit: { type: duration, description: what users wait for }
  seen: { type: number, default: 50 }
  path: { type: string, default: health }
  only: { type: boolean, default: false }
slos:
  - { name: 5xx, sli: serverErrors, max: $(args.maxErrors), observeOnly: $(args.only) }
  - { sli: wallTime, percentile: 99, limit: $(args.limit) }
  - { sli: probes, max: 10% }
probes:
  - path: /$(args.path)?as=$(args.path)&not=$$(args.path)
minRequests: $(args.seen)
${stages}`;

describe("the arguments of a plan file", () => {
  it("take what is given, else their defaults, and keep their type", () => {
    const { plan, problems } = load(file, { args: { limit: "500ms", only: true } });
    assert.deepEqual(problems, []);
    assert.deepEqual(plan, {
      slos: [
        { name: "5xx", sli: "serverErrors", max: "1%", observeOnly: true },
        { sli: "wallTime", percentile: 99, limit: "500ms" },
        { sli: "probes", max: "10%" },
      ],
      probes: [{ path: "/health?as=health&not=$(args.path)" }],
      minRequests: 50,
      stages: [{ percent: 100, soakTime: "10m" }],
    });
  });

  it("are told, with their types, defaults and descriptions, to whoever asks for values", () => {
    assert.deepEqual(load(file, { missing: "leave open" }).args, [
      { name: "maxErrors", type: "percent", default: "1%" },
      { name: "limit", type: "duration", description: "what users wait for" },
      { name: "seen", type: "number", default: "50" },
      { name: "path", type: "string", default: "health" },
      { name: "only", type: "boolean", default: "false" },
    ]);
  });

  it("are read from texts on a command line, by their type", () => {
    const args = { limit: "1s", seen: "7", path: "7", only: "true" };
    const { plan } = load(file, { args, asText: true });
    assert.deepEqual([plan?.minRequests, plan?.probes?.[0]?.path], [7, "/7?as=7&not=$(args.path)"]);
    assert.deepEqual(problemsIn(file, { args: { ...args, seen: "many", only: "yes" }, asText: true }), [
      'web.yaml:4:3  args.seen: given was "many", expected a number',
      'web.yaml:6:3  args.only: given was "yes", expected true or false',
    ]);
  });

  it("are all told that are wrong, missing or unknown", () => {
    const args = { maxErors: "1%", maxErrors: 0.01, seen: "7", path: {}, limit: undefined };
    assert.deepEqual(problemsIn(file, { args }), [
      'web.yaml:2:3  args: the plan has no argument "maxErors": did you mean "maxErrors"?',
      'web.yaml:2:3  args.maxErrors: given was 0.01, expected a percentage, such as "1%" or "0.05%"',
      'web.yaml:3:3  args.limit: no value was given, expected a duration, such as "30s", "10m" or "1h30m": it has no default',
      'web.yaml:4:3  args.seen: given was "7", expected a number',
      "web.yaml:5:3  args.path: given was no plain value, and neither is an output of a resource, expected a text without references",
    ]);
  });

  it("that have no value leave open what depends on them, where that is asked for", () => {
    const { problems, missing, plan } = load(file.replace("type: number", "type: nmber"), {
      missing: "leave open",
    });
    assert.deepEqual([missing, plan], [["limit"], undefined]);
    assert.deepEqual(
      problems.map(({ path, reason }) => `${path}: ${reason}`),
      [
        'args.seen.type: got "nmber", expected one of "percent", "duration", "number", "string", "boolean" (did you mean "number"?)',
      ],
    );
  });

  it("show in what is wrong with the plan where their values come from", () => {
    const both = {
      "web.yaml": "extends: org.yaml\nargs:\n  limit: { default: 1s }\n",
      "org.yaml": file,
    };
    assert.deepEqual(problemsIn(both, { args: { seen: 0.5, maxErrors: "100%" } }), [
      'org.yaml:8:42  slos[0].max: got "100%", expected a share from 0 to below 1: 0.01, or "1%", allows 1 bad request in 100 (the argument maxErrors, as it was given)',
      "org.yaml:13:14  minRequests: got 0.5, expected a whole number from 0 to 1000000000 (the argument seen, as it was given)",
    ]);
    const bad = { ...both, "web.yaml": "extends: org.yaml\nargs:\n  limit: { default: 90d }\n" };
    assert.deepEqual(problemsIn(bad), [
      'org.yaml:9:45  slos[1].limit: got "90d", expected a duration from "1ms" to "1d", such as "30s", "10m" or "1h30m" (the default of the argument limit, web.yaml:3:21)',
    ]);
  });

  for (const [what, section, expected] of [
    [
      "no map",
      "args: [a]",
      '2:7  args: got ["a"], expected a map of arguments, such as maxErrors: { type: percent, default: 1% }',
    ],
    [
      "an argument that is none",
      "args: { a: 5 }",
      "2:12  args.a: got 5, expected an argument as { type: percent, default: 1% }",
    ],
    [
      "no type",
      "args: { a: {} }",
      "2:9  args.a.type: got nothing, expected one of percent, duration, number, string, boolean",
    ],
    [
      "a default of another type",
      "args: { a: { type: number, default: 5s } }",
      '2:37  args.a.default: got "5s", expected a number',
    ],
    [
      "a default that refers",
      "args: { a: { type: string, default: $(args.b) } }",
      '2:37  args.a.default: got "$(args.b)", expected a text without references',
    ],
    [
      "a misspelt property",
      "args: { a: { type: string, defalt: x } }",
      '2:28  args.a: unknown property "defalt": did you mean "default"?',
    ],
  ] as const) {
    it(`with ${what} are refused`, () => {
      const text = `${stages}${section}\nslos: [{ sli: serverErrors, max: 0.1 }]\n`;
      assert.ok(problemsIn(text).includes(`web.yaml:${expected}`), problemsIn(text).join("\n"));
    });
  }

  for (const [what, value, expected] of [
    [
      "a misspelt name",
      "$(args.maxErors)",
      'got $(args.maxErors), and there is no argument "maxErors": did you mean "maxErrors"?',
    ],
    [
      "its name alone",
      "$(maxErrors)",
      'got "$(maxErrors)"; a reference to an argument is written $(args.name)',
    ],
    [
      "GitHub's braces",
      '"${{ args.maxErrors }}"',
      'got "${{ args.maxErrors }}"; a reference to an argument is written $(args.name)',
    ],
    [
      "a shell's",
      "$args.maxErrors",
      'got "$args.maxErrors"; a reference to an argument is written $(args.name)',
    ],
  ] as const) {
    it(`referred to with ${what} are refused at their place`, () => {
      const text = `${stages}args: { maxErrors: { type: percent, default: 1% } }\nslos:\n  - sli: serverErrors\n    max: ${value}\n`;
      assert.deepEqual(problemsIn(text), [`web.yaml:5:10  slos[0].max: ${expected}`]);
    });
  }

  it("referred to with braces in a flow map, which is no YAML, are explained", () => {
    assert.deepEqual(problemsIn(`${stages}slos: [{ sli: serverErrors, max: \${{ args.x }} }]\n`), [
      "web.yaml:2:35  cannot be read as YAML: a reference to an argument is written $(args.name), without braces",
    ]);
  });
});
