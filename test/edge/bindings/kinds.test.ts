import assert from "node:assert/strict";
import { KINDS } from "../../../edge/scripts/binding-kinds";
import { isElsewhere } from "../../../edge/scripts/unemulated-bindings";
import { bindingKinds } from "../../../provider/pulumi/bindingInputs";

describe("the kinds of bindings that a ScriptVersion takes", () => {
  it("are all known to the edge, as emulated or as stubs", () => {
    const unknown = bindingKinds.filter((type) => KINDS[type] === undefined && !isElsewhere({ type }));
    assert.deepEqual(unknown, ["inherit"], "which is none of its own");
  });
});
