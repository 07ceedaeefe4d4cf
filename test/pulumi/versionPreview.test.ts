import assert from "node:assert/strict";
import { unknownValue } from "../../provider/plan/faults";
import { lackingText } from "../../provider/pulumi/versionPreview";

const kv = { type: "kv_namespace", name: "SESSIONS" };
const serving = {
  version: { id: "v1", resources: { bindings: [kv, { type: "d1", name: "DB" }] } },
  latest: { id: "v1" },
  script: undefined,
};

/** What a preview says of a version with these bindings, which an update would pass on whole. */
function told(bindings: unknown): string | undefined {
  const next = { scriptName: "shop", bindings: bindings as { name: string }[] };
  return lackingText(next, serving);
}

describe("what a preview says that a new version will lack", () => {
  it("is known where only values of bindings are not", () => {
    assert.equal(
      told([{ ...kv, namespace_id: unknownValue }]),
      'The new version of Worker "shop" will lack what version v1, which serves now, has: binding DB (d1). Add to the ' +
        "ScriptVersion what is to stay.",
    );
    assert.equal(
      told([
        { ...kv, namespace_id: unknownValue },
        { name: "DB", id: unknownValue },
      ]),
      undefined,
    );
  });

  it("is not said where a binding's name is not known", () => {
    for (const bindings of [unknownValue, [kv, unknownValue], [kv, { name: unknownValue }]]) {
      assert.equal(told(bindings), undefined);
    }
  });
});
