import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planFolder, type PlanFolder } from "../../provider/cli/dashboard/planFolder";
import { newName } from "../../provider/dashboard/pages/planEditor";
import { goodPlan } from "./fakes";

describe("the folder of plan files", () => {
  const before = process.cwd();
  let root: string;
  let folder: PlanFolder;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "plans-"));
    process.chdir(root);
    mkdirSync("plans/teams", { recursive: true });
    writeFileSync("plans/web.yaml", goodPlan);
    writeFileSync("plans/teams/api.yaml", "extends: ../web.yaml\nminRequests: many\n");
    writeFileSync("plans/notes.txt", "");
    writeFileSync("outside.yaml", "secret: true\n");
    symlinkSync(join(root, "outside.yaml"), join(root, "plans/link.yaml"));
    folder = planFolder("plans");
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(root, { recursive: true });
  });

  it("has the plan files in it and below, with what is wrong with them", async () => {
    assert.deepEqual(await folder.list(), [
      { name: "plans/teams/api.yaml", problems: 1, stages: "" },
      { name: "plans/web.yaml", problems: 0, stages: "0, 25, 50, 100 %" },
    ]);
  });

  it("checks a text in the place of a file, with what that extends", async () => {
    const good = await folder.check("plans/teams/api.yaml", "extends: ../web.yaml\nminRequests: 7\n");
    assert.equal(good.checked?.minRequests, 7);
    const bad = await folder.check("plans/web.yaml", "slos: 5\n");
    assert.equal(bad.problems[0]?.place.file, "plans/web.yaml");
    const fresh = await folder.check(newName, "extends: web.yaml\npollInterval: soon\n");
    assert.deepEqual(
      fresh.problems.map(({ place, path }) => [place.file, place.line, path]),
      [[newName, 2, "pollInterval"]],
    );
  });

  it("reads and writes nothing outside, by a name or by a link", async () => {
    for (const name of [
      "outside.yaml",
      "plans/../outside.yaml",
      "plans/link.yaml",
      "/etc/passwd",
      "plans/notes.txt",
    ]) {
      await assert.rejects(folder.read(name), /There is no plan file/);
      await assert.rejects(folder.save(name, "x", "secret: true\n"), /There is no plan file/);
    }
    assert.equal(await folder.save("new.yaml", goodPlan, undefined), "plans/new.yaml");
    assert.equal(readFileSync("plans/new.yaml", "utf8"), goodPlan);
  });

  it("overwrites nothing that it has not shown", async () => {
    await assert.rejects(folder.save("web.yaml", "x", undefined), /There is a file plans\/web\.yaml already/);
    writeFileSync("plans/web.yaml", "# by a colleague\n");
    await assert.rejects(folder.save("plans/web.yaml", "x", goodPlan), /was changed on disk/);
    await folder.save("plans/web.yaml", "# mine\n", "# by a colleague\n");
    assert.equal(readFileSync("plans/web.yaml", "utf8"), "# mine\n");
  });
});
