import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..");

/** The texts of a folder's files, by name. */
function textsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

describe("the API reference", () => {
  it("is what the comments of the code say, and no public name lacks one: else run `npm run reference`", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reference-"));
    try {
      // Fails where a public name is not documented, and says which.
      await promisify(execFile)(join(root, "node_modules", ".bin", "typedoc"), ["--out", folder], {
        cwd: root,
      });
      assert.deepEqual(textsOf(join(root, "docs", "api")), textsOf(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
