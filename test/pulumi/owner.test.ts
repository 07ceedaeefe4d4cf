import assert from "node:assert/strict";
import { ownerOf, ownerToRemember } from "../../provider/pulumi/owner";
import { releaseState } from "../../provider/pulumi/releaseInputs";

const [first, second, third] = ["first", "second", "third"].map((name) => `urn:pulumi:test::e2e::R::${name}`);

describe("the driver of a release", () => {
  const created = ownerOf(releaseState.parse({}), first);

  it("is the resource by its URN", () => {
    assert.notEqual(ownerOf(releaseState.parse({}), second), created);
    assert.deepEqual(ownerToRemember(releaseState.parse({}), first), {});
    assert.deepEqual(ownerToRemember(releaseState.parse({ __urn: first }), first), {});
  });

  it("stays the same one when the resource, its parent or its stack gets another name, once and again", () => {
    const once = releaseState.parse({
      __urn: second,
      ...ownerToRemember(releaseState.parse({ __urn: first }), second),
    });
    assert.equal(ownerOf(once, second), created);
    assert.equal(ownerOf(once, third), created);
    const again = releaseState.parse({ __urn: third, ...ownerToRemember(once, third) });
    assert.equal(ownerOf(again, third), created);
  });
});
