import assert from "node:assert/strict";
import { migrated, wouldMigrate, type Migrations } from "../../../edge/scripts/migrations";
import type { DurableObjects } from "../../../edge/scripts/types";

const A = { className: "A", storage: "sqlite", namespaceId: "1" } as const;
const B = { className: "B", storage: "legacy-kv", namespaceId: "2" } as const;
const before: DurableObjects = { tag: "v1", classes: [A, B] };

/** The classes by name and storage: the ids of new ones are random. */
function names({ classes }: DurableObjects): string[] {
  return classes.map(({ className, storage }) => `${className} ${storage}`);
}

describe("Durable Object migrations", () => {
  const good: [what: string, wish: Migrations, tag: string, classes: string[]][] = [
    [
      "in one step",
      { old_tag: "v1", new_tag: "v2", new_classes: ["C"], new_sqlite_classes: ["D"] },
      "v2",
      ["A sqlite", "B legacy-kv", "C legacy-kv", "D sqlite"],
    ],
    [
      "in several steps",
      {
        old_tag: "v1",
        new_tag: "v4",
        steps: [{ deleted_classes: ["A"] }, { new_sqlite_classes: ["A"] }, { deleted_classes: ["B"] }],
      },
      "v4",
      ["A sqlite"],
    ],
    [
      "that rename",
      { old_tag: "v1", new_tag: "v2", renamed_classes: [{ from: "B", to: "C" }] },
      "v2",
      ["A sqlite", "C legacy-kv"],
    ],
    ["without a new tag", { old_tag: "v1", deleted_classes: ["B"] }, "v1", ["A sqlite"]],
  ];
  for (const [what, wish, tag, classes] of good) {
    it(`${what} are applied`, () => {
      const after = migrated(before, wish);
      assert.equal(after.tag, tag);
      assert.deepEqual(names(after), classes);
      assert.ok(wouldMigrate(before, wish));
    });
  }

  it("that rename a class leave it its objects", () => {
    const { classes } = migrated(before, { old_tag: "v1", renamed_classes: [{ from: "B", to: "C" }] });
    assert.deepEqual(classes[1], { ...B, className: "C" });
  });

  const bad: [what: string, wish: Migrations, code: number][] = [
    ["after another tag", { old_tag: "v0", new_tag: "v2" }, 10079],
    ["after no tag", { new_tag: "v2" }, 10079],
    ["that make a class that is there", { old_tag: "v1", new_classes: ["A"] }, 10074],
    ["that make a class twice", { old_tag: "v1", new_classes: ["C"], new_sqlite_classes: ["C"] }, 10074],
    [
      "that rename to a class that is there",
      { old_tag: "v1", renamed_classes: [{ from: "A", to: "B" }] },
      10074,
    ],
    ["that delete a class that is not there", { old_tag: "v1", deleted_classes: ["C"] }, 10021],
    [
      "that rename a class that is not there",
      { old_tag: "v1", renamed_classes: [{ from: "C", to: "D" }] },
      10021,
    ],
  ];
  for (const [what, wish, code] of bad) {
    it(`${what} are refused with code ${code}`, () => {
      assert.throws(() => migrated(before, wish), { code });
    });
  }

  it("that say nothing new would change nothing", () => {
    for (const wish of [undefined, null, {}, { old_tag: "v1", new_tag: "v1" }, { steps: [] }]) {
      assert.equal(wouldMigrate(before, wish), false);
    }
  });
});
