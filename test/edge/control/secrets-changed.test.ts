import assert from "node:assert/strict";
import { secretsChangedSince } from "../../../edge/scripts/secrets";
import type { Binding } from "../../../edge/scripts/types";

const secret = (name: string, text: string): Binding => ({ type: "secret_text", name, text });
const plain = (name: string, text: string): Binding => ({ type: "plain_text", name, text });

describe("the secrets that have changed since a version", () => {
  const cases: [what: string, before: Binding[], now: Binding[], changed: string[]][] = [
    ["none, where all are as they were", [secret("A", "1")], [secret("A", "1")], []],
    [
      "one whose value is another",
      [secret("A", "1"), secret("B", "1")],
      [secret("A", "1"), secret("B", "2")],
      ["B"],
    ],
    ["one that is new", [], [secret("A", "1")], ["A"]],
    ["one that is gone", [secret("A", "1")], [], ["A"]],
    ["all of them, by name", [secret("B", "1")], [secret("A", "1")], ["A", "B"]],
    [
      "none, in another order",
      [secret("A", "1"), secret("B", "2")],
      [secret("B", "2"), secret("A", "1")],
      [],
    ],
    ["no binding that is none", [plain("A", "1")], [plain("A", "2")], []],
    ["one that became a plain text", [secret("A", "1")], [plain("A", "1")], ["A"]],
  ];
  for (const [what, before, now, changed] of cases) {
    it(`are ${what}`, () => {
      assert.deepEqual(secretsChangedSince({ bindings: before }, { bindings: now }), changed);
    });
  }
});
