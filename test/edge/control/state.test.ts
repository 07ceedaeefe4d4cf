import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { newScript } from "../../../edge/scripts/script";
import type { Version } from "../../../edge/scripts/types";
import { openState } from "../../../edge/state";

describe("the state of an edge", () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "edge-state-"));
    folders.push(made);
    return made;
  };
  after(() => {
    for (const made of folders) rmSync(made, { recursive: true });
  });

  it("gives no number twice, also when the version that had it was deleted", () => {
    const state = openState(undefined);
    state.scripts.put(newScript("numbers", "api"));
    const add = (id: string): number => {
      const number = state.versions.nextNumber("numbers");
      state.versions.add({ id, scriptName: "numbers", number } as Version, []);
      return number;
    };
    assert.deepEqual([add("a"), add("b")], [1, 2]);
    state.versions.delete("b");
    assert.equal(add("c"), 3);
    state.scripts.delete("numbers");
    state.scripts.put(newScript("numbers", "api"));
    assert.equal(add("d"), 1);
    state.close();
  });

  it("in another format is refused, and left as it was", () => {
    const stateDir = folder();
    openState(stateDir).close();
    const file = join(stateDir, "edge.sqlite");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 0");
    database.close();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      assert.throws(() => openState(stateDir), /has format 0, and this local edge reads format 1/);
    }
  });

  it("finds a script by its name and by its id", () => {
    const state = openState(undefined);
    const script = newScript("found", "api");
    state.scripts.put(script);
    assert.deepEqual(state.scripts.find("found"), script);
    assert.deepEqual(state.scripts.find(script.tag), script);
    assert.equal(state.scripts.find("api"), undefined);
    state.close();
  });
});
