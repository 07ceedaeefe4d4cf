import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { published, schemaText } from "../../../tools/schema/planSchema";
import { workersRelease } from "../../cli/command";
import { load } from "./files";

const stages = "stages: [{ percent: 100, soakTime: 10m }]\n";
const slos = "slos: [{ sli: serverErrors, max: 1% }]\n";

type Node = Readonly<Record<string, unknown>>;

/** The properties of a schema that say nothing to whoever points at them. */
function silent(node: unknown, path = ""): string[] {
  if (typeof node !== "object" || node === null) return [];
  const properties = Object.entries(((node as Node)["properties"] ?? {}) as Record<string, Node>);
  const here = properties
    .filter(([, its]) => its["description"] === undefined)
    .map(([key]) => `${path}.${key}`);
  return [...here, ...Object.entries(node).flatMap(([key, part]) => silent(part, `${path}/${key}`))];
}

describe("the JSON Schema of plan files", function () {
  this.timeout(60_000);
  const text = readFileSync(published, "utf8");
  const validate = new Ajv({ allowUnionTypes: true, strict: true, strictRequired: false }).compile(
    JSON.parse(text) as object,
  );

  it("is that of the code: else run `npm run schema`", () => {
    assert.equal(text, schemaText());
  });

  it("is printed by a command", async () => {
    const { code, out } = await workersRelease(["plan", "schema"]);
    assert.deepEqual([code, out], [0, text]);
  });

  it("says something about each property of a plan", () => {
    const { properties } = JSON.parse(text) as { properties: Node };
    // What is within `args` is told at `args` itself.
    const plan = Object.entries(properties).filter(([key]) => key !== "args");
    assert.deepEqual(silent({ properties: Object.fromEntries(plan) }), []);
  });

  const many = `
args: { max: { type: percent, default: 1%, description: of 100 }, soak: { type: duration } }
slos:
  - { name: 5xx, sli: serverErrors, max: $(args.max), maxIncrease: 2, on: [fetch, queue] }
  - { sli: wallTime, percentile: 99.9, limit: 1h 30m }
  - { sli: cpuTime, slower: 20% }
  - { sli: { status: [5xx, 429] }, max: 0.02 }
  - { sli: probes, max: 10%, observeOnly: true }
  - { sli: canceled, maxIncrease: 2 }
  - { name: own, max: 1%, sli: { bad: [{ key: $workers.outcome, operation: eq, value: exception }] } }
probes: [{ path: /health, every: 10s, expectStatus: 2xx }, { url: https://a.example.com/ }]
freeze: [{ from: "18:00", to: "08:00", timeZone: Europe/Berlin }]
confidence: 99%
defaultSlos: false
stages: [{ percent: 25%, soakTime: $(args.soak), progression: manual }, { percent: 100, soakTime: 90s }]
`;

  for (const [what, plan] of [
    ["a small plan", slos + stages],
    ["one with all there is", many],
    [
      "one that extends another",
      "extends: ./org.yaml\nslos: [{ name: 5xx, max: 0.5% }, { sli: probes, max: 1% }]\n",
    ],
  ] as const) {
    it(`takes ${what}`, () => {
      assert.ok(validate(parse(plan)), JSON.stringify(validate.errors));
    });
  }

  it("takes nothing that a release would refuse", () => {
    assert.deepEqual(load(many, { args: { soak: "10m" } }).problems, []);
  });

  for (const [what, plan] of [
    ["no stages", slos],
    ["a misspelt property", `${slos}${stages}warmup: 5s\n`],
    ["a duration that is none", `${slos}${stages}warmUp: 5 minutes\n`],
    ["a share that is none", `${stages}slos: [{ sli: serverErrors, max: 2 }]\n`],
    ["an unknown SLI", `${stages}slos: [{ sli: serverErors, max: 1% }]\n`],
    ["an SLI with a bound of another", `${stages}slos: [{ sli: probes, limit: 5s }]\n`],
    ["an SLO without an SLI and nothing that it could change", `${stages}slos: [{ name: 5xx, max: 1% }]\n`],
    ["events of probes", `${stages}slos: [{ sli: canceled, max: 1%, on: [queue] }]\n`],
    ["an argument of no type there is", `${slos}${stages}args: { a: { type: colour } }\n`],
    ["a word where there is a choice", `${slos}${stages}whenUnsure: perhaps\n`],
  ] as const) {
    it(`refuses ${what}, as a release does`, () => {
      assert.ok(!validate(parse(plan)));
      assert.notDeepEqual(load(plan).problems, []);
    });
  }
});
