import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareVersions } from "../../provider/cloudflare/versions";
import { loadAssets, type AssetsInput } from "../../provider/pulumi/assetFolder";
import { ask, deploy, enable, invocationsOf, until, useEdge } from "./support";

const NAME = "site";

const SOURCE = `
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/spin") for (;;);
    if (pathname === "/throws") throw new Error("asked for");
    if (pathname === "/own") return env.ASSETS.fetch(new URL("/hello.txt", request.url));
    return new Response("the Worker at " + pathname);
  },
};`;

describe("static assets", function () {
  this.timeout(120_000);
  const started = useEdge();
  let folder: string;
  const uploads: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "assets-"));
    await mkdir(join(folder, "css", "[slug]"), { recursive: true });
    await writeFile(join(folder, "index.html"), "<h1>first</h1>");
    await writeFile(join(folder, "hello.txt"), "hello");
    await writeFile(join(folder, "css", "a b.css"), "h1 {}");
    await writeFile(join(folder, "css", "[slug]", "ü.css"), "h2 {}");
    await writeFile(join(folder, "draft.txt"), "not yet");
    await writeFile(join(folder, ".assetsignore"), "draft.txt\n");
    await writeFile(join(folder, "_headers"), "/hello.txt\n  x-kind: greeting\n");
    await writeFile(join(folder, "_redirects"), "/old /hello.txt 301\n");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Uploads a version with the folder; `uploads` has the files that were sent for it. */
  async function upload(config: AssetsInput["config"] = {}): Promise<string> {
    const { edge } = started;
    const client = cloudflareClient({ apiToken: edge.token, baseUrl: edge.baseUrl }, { fetch: noting });
    uploads.length = 0;
    const { versionId } = await cloudflareVersions(client, {
      accountId: edge.accountId,
      scriptName: NAME,
    }).upload({
      mainModule: "index.mjs",
      modules: [{ name: "index.mjs", content: SOURCE, contentType: "application/javascript+module" }],
      compatibilityDate: "2025-07-24",
      bindings: [{ type: "assets", name: "ASSETS" }],
      observability: { enabled: true },
      limits: { cpuMs: 100 },
      assets: await loadAssets({ directory: folder, config }),
    });
    return versionId;
  }

  const noting: typeof fetch = async (input, init) => {
    const body = init?.body;
    if (new Request(input).url.includes("/assets/upload") && body instanceof FormData) {
      for (const [, file] of body)
        uploads.push(Buffer.from(await (file as File).text(), "base64").toString());
    }
    return fetch(input, init);
  };

  it("are served before the Worker, by their rules, and are no invocations of it", async () => {
    await upload();
    await enable(started.edge, NAME);
    assert.deepEqual(uploads.sort(), ["<h1>first</h1>", "h1 {}", "h2 {}", "hello"]);
    const at = (path: string) => ask(started.edge, NAME, { path });
    assert.equal((await at("/")).body, "<h1>first</h1>");
    const hello = await at("/hello.txt");
    assert.deepEqual([hello.body, hello.headers["x-kind"]], ["hello", "greeting"]);
    assert.match(String((await at("/css/a%20b.css")).headers["content-type"]), /^text\/css/);
    assert.equal((await at("/css/%5Bslug%5D/%C3%BC.css")).body, "h2 {}");
    assert.deepEqual([(await at("/old")).status, (await at("/old")).headers.location], [301, "/hello.txt"]);
    assert.equal((await at("/draft.txt")).body, "the Worker at /draft.txt");
    assert.equal((await at("/own")).body, "hello");
    const thrown = await at("/throws");
    assert.deepEqual(
      [thrown.status, Object.keys(thrown.headers).filter((name) => /called/.test(name))],
      [500, []],
    );
    // Where CPU time is measured, the end of the process tells of whatever it was still thought to be at work on.
    const called = process.platform === "linux" ? 4 : 3;
    if (called === 4) await at("/spin");
    const rows = await until("every invocation", async () => {
      const found = await invocationsOf(started.edge, NAME);
      return found.length >= called ? found : undefined;
    });
    assert.equal(rows.length, called);
  });

  it("that have not changed are not sent again, and each version has its own", async () => {
    await writeFile(join(folder, "index.html"), "<h1>second</h1>");
    const second = await upload({ notFoundHandling: "single-page-application" });
    assert.deepEqual(uploads, ["<h1>second</h1>"]);
    assert.equal((await ask(started.edge, NAME)).body, "<h1>first</h1>");
    await deploy(started.edge, NAME, { [second]: 100 });
    assert.equal((await ask(started.edge, NAME)).body, "<h1>second</h1>");
    await upload();
    assert.deepEqual(uploads, []);
  });

  it("leave the Worker first where the version says so", async () => {
    const version = await upload({ runWorkerFirst: ["/*", "!/hello.txt"] });
    await deploy(started.edge, NAME, { [version]: 100 });
    assert.equal((await ask(started.edge, NAME)).body, "the Worker at /");
    assert.equal((await ask(started.edge, NAME, { path: "/hello.txt" })).body, "hello");
  });

  it("are refused with an API token in place of the session's, and with a proof that is none", async () => {
    const { edge } = started;
    const headers = { authorization: `Bearer ${edge.token}` };
    const url = `${edge.baseUrl}/accounts/${edge.accountId}/workers`;
    const sent = await fetch(`${url}/assets/upload?base64=true`, {
      method: "POST",
      headers,
      body: new FormData(),
    });
    assert.equal(sent.status, 401);
    const form = new FormData();
    form.append("metadata", JSON.stringify({ main_module: "index.mjs", assets: { jwt: "made up" } }));
    form.append("index.mjs", new File([SOURCE], "index.mjs", { type: "application/javascript+module" }));
    const refused = await fetch(`${url}/scripts/${NAME}/versions`, { method: "POST", headers, body: form });
    assert.match(await refused.text(), /is not the completion token of an upload session/);
    for (const path of ["/../up", "index.html", "/100%.html"]) {
      const begun = await fetch(`${url}/scripts/${NAME}/assets-upload-session`, {
        method: "POST",
        headers,
        body: JSON.stringify({ manifest: { [path]: { hash: "0".repeat(32), size: 1 } } }),
      });
      assert.equal(begun.status, 400);
      assert.match(await begun.text(), /"code":10304,"message":"Invalid manifest: /);
    }
  });
});
