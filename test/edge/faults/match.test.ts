import assert from "node:assert/strict";
import fc from "fast-check";
import { lossOf } from "../../../edge/faults/ingestion";
import { isOn, match, type Asked, type Count } from "../../../edge/faults/match";
import { readFaults, type FaultGiven } from "../../../edge/faults/parse";
import { randomFrom } from "../../../edge/random";

const DEPLOY: Asked = { method: "POST", path: "/accounts/a/workers/scripts/s/deployments" };
const READ: Asked = { ...DEPLOY, method: "GET" };

const refusing = (code: number, rest: object = {}): FaultGiven => ({
  route: { method: "POST", path: "/accounts/*/workers/scripts/*/deployments" },
  answer: { kind: "refusal", status: 500, code },
  ...rest,
});

/** The codes that requests are refused with, one after the other; 0 for one that is not. */
function codesOf(given: readonly FaultGiven[], asked: readonly Asked[], random = () => 0): number[] {
  const { faults } = readFaults({ faults: given });
  let counts: readonly Count[] = [];
  return asked.map((one) => {
    const found = match(faults, counts, one, random);
    counts = found.counts;
    return found.answer?.kind === "refusal" ? found.answer.code : 0;
  });
}

const times = (count: number, asked = DEPLOY): Asked[] => Array.from({ length: count }, () => asked);

describe("a request meets", () => {
  const cases: [what: string, faults: FaultGiven[], asked: Asked[], codes: number[]][] = [
    ["no fault where there is none", [], times(2), [0, 0]],
    ["a fault once", [refusing(1)], times(3), [1, 0, 0]],
    ["a fault as often as it says", [refusing(1, { times: 2 })], times(3), [1, 1, 0]],
    ["a fault that does not end", [refusing(1, { times: "always" })], times(4), [1, 1, 1, 1]],
    ["a fault after so many have passed", [refusing(1, { after: 2, times: 2 })], times(5), [0, 0, 1, 1, 0]],
    ["two faults one after the other", [refusing(1), refusing(2)], times(3), [1, 2, 0]],
    [
      "the later fault while the first lets it pass",
      [refusing(1, { after: 1 }), refusing(2, { times: "always" })],
      times(4),
      [2, 1, 2, 2],
    ],
    ["only a fault of its route", [refusing(1, { after: 1 })], [READ, DEPLOY, READ, DEPLOY], [0, 0, 0, 1]],
  ];
  for (const [what, faults, asked, codes] of cases) {
    it(what, () => {
      assert.deepEqual(codesOf(faults, asked), codes);
    });
  }

  it("a fault as often as its share and its seed say", () => {
    const faults = [refusing(1, { times: "always", share: 0.1 })];
    const met = codesOf(faults, times(10_000), randomFrom("1, fault 0")).filter((code) => code === 1).length;
    // Six standard deviations.
    assert.ok(Math.abs(met - 1000) < 180, `${met} of 10 000`);
    const again = (seed: string): number[] => codesOf(faults, times(100), randomFrom(seed));
    assert.deepEqual(again("a"), again("a"));
    assert.notDeepEqual(again("a"), again("b"));
  });

  it("a fault never more often than it says, and none that is not on its route", () => {
    const asked = fc.array(fc.constantFrom(DEPLOY, READ), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(5), asked, (most, after, requests) => {
        const codes = codesOf([refusing(1, { times: most, after })], requests);
        const writes = requests.filter((one) => one === DEPLOY).length;
        assert.equal(codes.filter((code) => code === 1).length, Math.min(most, Math.max(0, writes - after)));
        assert.ok(requests.every((one, index) => one === DEPLOY || codes[index] === 0));
      }),
    );
  });
});

describe("a route of a fault", () => {
  const cases: [method: "POST" | "*", path: string, asked: Asked, expected: boolean][] = [
    ["POST", "/accounts/*/workers/scripts/*/deployments", DEPLOY, true],
    ["*", "/accounts/*/workers/scripts/*/deployments", READ, true],
    ["POST", "/accounts/*/workers/scripts/*/deployments", READ, false],
    ["*", "/accounts/*/workers/scripts/*", DEPLOY, false],
    ["*", "/accounts/*/workers/scripts/s/deployments", DEPLOY, true],
    ["*", "/accounts/*/workers/scripts/t/deployments", DEPLOY, false],
    ["*", "/accounts/*/workers/**", DEPLOY, true],
    ["*", "/accounts/*/workers/scripts/*/deployments/**", DEPLOY, true],
    ["*", "/accounts/*/storage/**", DEPLOY, false],
    ["*", "/**", DEPLOY, true],
    ["*", "/accounts/*/workers/scripts/*/deploy.ents", DEPLOY, false],
  ];
  for (const [method, path, asked, expected] of cases) {
    it(`${method} ${path} ${expected ? "is" : "is not"} that of ${asked.method} ${asked.path}`, () => {
      assert.equal(isOn({ method, path }, asked), expected);
    });
  }
});

describe("an event of telemetry", () => {
  const { faults } = readFaults({ faults: ["firewall", { ingestion: { loses: "v2" } }] });

  it("is lost with its version, or with all", () => {
    assert.equal(lossOf(faults, "v1"), undefined);
    assert.equal(lossOf(faults, "v2"), 1);
    assert.equal(lossOf(readFaults({ faults: ["ingestion-stopped"] }).faults, "v1"), 0);
  });
});
