import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(__dirname, "..");

/** What git knows, but for the reference, which is made. */
const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && !path.startsWith("docs/api/") && existsSync(join(root, path)));

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(text: string): string[] {
  const headings = prose(text).matchAll(/^#{1,6} +(.+)$/gm);
  return Array.from(headings, ([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A page without its examples, in which nothing is a heading or a link. */
function prose(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```/gm, "");
}

function brokenIn(path: string): string[] {
  const links = prose(readFileSync(join(root, path), "utf8")).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, link = ""]) => link).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? join(root, path) : join(root, dirname(path), file);
    if (!existsSync(target)) return true;
    if (anchor === undefined) return false;
    return statSync(target).isDirectory() || !anchorsOf(readFileSync(target, "utf8")).includes(anchor);
  });
}

describe("the links of the documents", () => {
  it("lead to files and headings that are there", () => {
    const broken = pages.flatMap((path) => brokenIn(path).map((link) => `${path}: ${link}`));
    assert.deepEqual(broken, []);
    assert.ok(pages.length > 10, pages.join(", "));
  });
});
