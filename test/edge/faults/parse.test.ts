import assert from "node:assert/strict";
import { readFaultFile, readFaults } from "../../../edge/faults/parse";
import { READY_MADE } from "../../../edge/faults/ready-made";

const route = { method: "POST", path: "/accounts/*/workers/scripts/*/deployments" };

describe("a list of faults", () => {
  it("may leave out what has a default", () => {
    const faults = [
      { route: { path: "/**" }, answer: { kind: "refusal", status: 500, code: 10013 } },
      { route, answer: { kind: "late", ms: 100 } },
      { route, answer: { kind: "nothing" } },
      { route, answer: { kind: "block" } },
    ];
    const [refusal, late, nothing, block] = readFaults({ faults }).faults;
    const always = { after: 0, times: 1, share: 1 };
    assert.deepEqual(refusal, {
      ...always,
      route: { method: "*", path: "/**" },
      answer: {
        kind: "refusal",
        status: 500,
        code: 10013,
        message: "An unknown error has occurred.",
        when: "before",
      },
    });
    assert.deepEqual(late, { ...always, route, answer: { kind: "late", ms: 100, when: "after" } });
    assert.deepEqual(nothing, { ...always, route, answer: { kind: "nothing", when: "before" } });
    assert.deepEqual(block, { ...always, route, answer: { kind: "block", seconds: 300 } });
    assert.equal(readFaults({ faults: [] }).seed, 1);
  });

  for (const name of Object.keys(READY_MADE)) {
    it(`may name "${name}", which is ready-made`, () => {
      assert.ok(readFaults({ faults: [name] }).faults.length > 0);
    });
  }

  it("may give a ready-made fault other values", () => {
    const { faults } = readFaults({ faults: [{ fault: "concurrent", times: "always", share: 0.1 }] });
    assert.deepEqual(
      faults.map((fault) => "route" in fault && [fault.times, fault.share]),
      [
        ["always", 0.1],
        ["always", 0.1],
      ],
    );
  });

  const answer = { kind: "nothing" };
  const wrong: [what: string, plan: unknown, message: string | RegExp][] = [
    ["no list", {}, "faults: is missing, and must be of type array"],
    ["a seed that is none", { seed: "1", faults: [] }, 'seed: is "1", and must be of type number'],
    ["a field that nobody knows", { fault: [], faults: [] }, /has fields that are not known here: fault/],
    [
      "an entry that is none",
      { faults: [1] },
      /^Error: fault 1: is 1, and must be an object, or the name of/,
    ],
    [
      "a name that nobody knows",
      { faults: ["firewall", "fire"] },
      /^Error: fault 2: there is no ready-made fault "fire"\. There are concurrent, firewall, /,
    ],
    ["no route", { faults: [{ answer }] }, "fault 1: route: is missing, and must be of type object"],
    ["no answer", { faults: [{ route }] }, "fault 1: answer: is missing, and must be of type object"],
    [
      "an answer of no kind",
      { faults: ["firewall", { route, answer: { kind: "slow" } }] },
      'fault 2: answer.kind: is "slow", and must be one of "refusal", "page", "text", "nothing", "late", "cut", "block"',
    ],
    [
      "a status that is no failure",
      { faults: [{ route, answer: { kind: "refusal", status: 200, code: 1 } }] },
      "fault 1: answer.status: is too small, 200; the least is 400",
    ],
    [
      "a page that nobody has seen",
      { faults: [{ route, answer: { kind: "page", status: 500 } }] },
      "fault 1: answer.status: is 500, and must be 403, 502 or 504",
    ],
    [
      "no number of times",
      { faults: [{ route, answer, times: 0 }] },
      /^Error: fault 1: times: is too small, 0; the least is 1$/,
    ],
    [
      "a share above 1",
      { faults: [{ route, answer, share: 10 }] },
      "fault 1: share: is too large, 10; the most is 1",
    ],
    [
      "a path with the API's own beginning",
      { faults: [{ route: { path: "/client/v4/user" }, answer }] },
      "fault 1: route.path: must begin with a slash, and is what follows /client/v4",
    ],
    [
      "a path that is open in the middle",
      { faults: [{ route: { path: "/**/scripts" }, answer }] },
      "fault 1: route.path: can have ** at its end only",
    ],
    [
      "an ingestion that is neither",
      { faults: [{ ingestion: "slow" }] },
      'fault 1: ingestion: is "slow", and must be "stopped", or { "loses": "<id of a version>" }',
    ],
    [
      "a time for what is for good",
      { faults: [{ ingestion: "stopped", times: 2 }] },
      /^Error: fault 1: the whole: has fields that are not known here: times/,
    ],
  ];
  for (const [what, plan, message] of wrong) {
    it(`cannot have ${what}, and says so`, () => {
      const expected = typeof message === "string" ? { message } : message;
      assert.throws(() => readFaults(plan), expected);
    });
  }

  it("in a file says which file it is", () => {
    assert.throws(
      () => readFaultFile("chaos.json", '{ "faults": [\n "fire"\n] }'),
      /^Error: The faults in chaos\.json cannot be used: fault 1: there is no ready-made fault "fire"/,
    );
    assert.throws(
      () => readFaultFile("chaos.json", '{ "faults": [\n firewall\n] }'),
      /^Error: The faults in chaos\.json cannot be used: Unexpected token 'i',.*firewall/s,
    );
  });
});
