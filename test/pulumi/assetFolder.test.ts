import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadAssets } from "../../provider/pulumi/assetFolder";

describe("a folder of static assets", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "asset-folder-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(name: string, content = name): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }

  const load = () => loadAssets({ directory: folder });
  const paths = async (): Promise<string[]> => (await load()).files.map(({ path }) => path);

  it("announces each file by its own name, which Cloudflare's asset server looks up decoded", async () => {
    await write("index.html");
    await write("blog/[slug]/a b@2x.css");
    await write("ü.txt");
    await write(".well-known/security.txt");
    assert.deepEqual(await paths(), [
      "/.well-known/security.txt",
      "/blog/[slug]/a b@2x.css",
      "/index.html",
      "/ü.txt",
    ]);
  });

  it("does not look at what .assetsignore leaves out", async () => {
    await write("index.html");
    await write("node_modules/.bin/tool");
    await write("drafts/later.html");
    await write("drafts/now.html");
    await symlink(join(folder, "nowhere"), join(folder, "node_modules", ".bin", "gone"));
    await write(".assetsignore", "node_modules\r\ndrafts/*\n!drafts/now.html\n100%.txt\n");
    await write("100%.txt");
    assert.deepEqual(await paths(), ["/drafts/now.html", "/index.html"]);
  });

  it("takes rules from its root alone", async () => {
    await write("_headers", "/*\n  x: y\n");
    await write("below/_headers", "a file as any other");
    const { files, config } = await load();
    assert.deepEqual(
      files.map(({ path }) => path),
      ["/below/_headers"],
    );
    assert.deepEqual([config["_headers"], config["_redirects"]], ["/*\n  x: y\n", undefined]);
  });

  it("names the file that cannot be served, and how to leave it out", async () => {
    await symlink(join(folder, "nowhere"), join(folder, "gone.html"));
    await assert.rejects(
      load(),
      /^Error: gone\.html cannot be read \(ENOENT\); leave it out with \.assetsignore$/,
    );
    await rm(join(folder, "gone.html"));
    await write("100%.txt");
    await assert.rejects(load(), /^Error: 100%\.txt has a % in its path that begins no escape such as %20/);
    await rm(join(folder, "100%.txt"));
    await write("_worker.js/index.js");
    await assert.rejects(load(), /^Error: _worker\.js\/index\.js would be served to everybody/);
  });
});
