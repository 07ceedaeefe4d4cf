import assert from "node:assert/strict";
import { resolveBindings, type Ancestors } from "../../../edge/scripts/inherit";
import type { Binding, Version } from "../../../edge/scripts/types";

const plain = (name: string, text: string): Binding => ({ type: "plain_text", name, text });
const secret = (name: string, text: string): Binding => ({ type: "secret_text", name, text });
const inherit = (name: string, fields: object = {}): Binding => ({ type: "inherit", name, ...fields });

const versionWith = (...bindings: Binding[]): Version => ({ bindings }) as unknown as Version;
const old = versionWith(plain("A", "old"));
const ancestors: Ancestors = {
  latest: versionWith(plain("A", "new"), secret("S", "hush")),
  find: (id) => (id === "old" ? old : undefined),
};

describe("the bindings of a new version", () => {
  const cases: [what: string, given: Binding[], keep: string[], expected: Binding[]][] = [
    ["are those given", [plain("B", "1")], [], [plain("B", "1")]],
    ["inherit from the latest version", [inherit("A")], [], [plain("A", "new")]],
    ["inherit from a version by its id", [inherit("A", { version_id: "old" })], [], [plain("A", "old")]],
    ["inherit from 'latest'", [inherit("A", { version_id: "latest" })], [], [plain("A", "new")]],
    ["inherit under a new name", [inherit("B", { old_name: "A" })], [], [plain("B", "new")]],
    ["keep kinds", [plain("B", "1")], ["secret_text"], [plain("B", "1"), secret("S", "hush")]],
    ["keep nothing that is given anew", [secret("S", "new")], ["secret_text"], [secret("S", "new")]],
    ["keep nothing that is inherited too", [inherit("S")], ["secret_text"], [secret("S", "hush")]],
    ["leave out what is not there to inherit", [inherit("X"), inherit("A", { version_id: "?" })], [], []],
  ];
  for (const [what, given, keep, expected] of cases) {
    it(what, () => {
      assert.deepEqual(resolveBindings({ given, keep, isStrict: false }, ancestors), expected);
    });
  }

  const refused: [binding: Binding, message: RegExp][] = [
    [
      inherit("X"),
      /^inherit binding 'X' is invalid: the latest version of this Worker has no binding of this name/,
    ],
    [inherit("X", { old_name: "Y" }), /^inherit binding 'X' is invalid: .* no binding named 'Y'/],
    [inherit("A", { version_id: "?" }), /^inherit binding 'A' is invalid: version \? /],
    [inherit("A", { old_name: 1 }), /^inherit binding 'A' is invalid: old_name/],
  ];
  for (const [binding, message] of refused) {
    it(`are refused when strict: ${JSON.stringify(binding)}`, () => {
      const wish = { given: [binding], keep: [], isStrict: true };
      assert.throws(() => resolveBindings(wish, ancestors), { code: 10057, message });
    });
  }
});
