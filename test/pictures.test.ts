import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const pictures = [...readme.matchAll(/<picture>[\s\S]*?<\/picture>/g)].map(([text]) => text);

describe("the pictures of the README", () => {
  it("are there, small, in light and in dark, and said in words", () => {
    assert.ok(pictures.length >= 4);
    const shown = pictures.map((picture) => {
      const [, dark] = /<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">/.exec(picture) ?? [];
      const [, light, words] = /<img src="([^"]+)"[^>]* alt="([^"]+)"/.exec(picture) ?? [];
      assert.ok(dark !== undefined && light !== undefined && words !== undefined, picture);
      assert.equal(dark, light.replace("-light.", "-dark."));
      return [light, dark];
    });
    for (const path of shown.flat()) assert.ok(statSync(join(root, path)).size < 150_000, path);
    const folder = readdirSync(join(root, "docs/pictures")).map((name) => `docs/pictures/${name}`);
    assert.deepEqual(folder.toSorted(), shown.flat().toSorted());
  });
});
