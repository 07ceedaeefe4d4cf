import assert from "node:assert/strict";
import { addVersion, ask, call, goLive, putScript, saying, useEdge } from "../support";

describe("the code of a script", () => {
  const started = useEdge();
  const account = (): { account_id: string } => ({ account_id: started.edge.accountId });
  const workers = (): string => `/accounts/${started.edge.accountId}/workers`;

  /** What the client gets: the form that Cloudflare sends. */
  async function download(
    path: string,
  ): Promise<{ entrypoint: string | null; files: Record<string, string> }> {
    const headers = { authorization: `Bearer ${started.edge.token}` };
    const response = await fetch(`${started.edge.baseUrl}${workers()}${path}`, { headers });
    assert.equal(response.status, 200);
    // What is said against it is about bodies that are large; it is what wrangler reads this with.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const form = await response.formData();
    const files = await Promise.all(
      [...form].map(async ([name, part]) => {
        assert(typeof part !== "string");
        return [name, `${part.type}: ${await part.text()}`] as const;
      }),
    );
    return { entrypoint: response.headers.get("cf-entrypoint"), files: Object.fromEntries(files) };
  }

  it("is downloaded as it was uploaded, the latest version's", async () => {
    await putScript(started.edge, "code", saying("one"));
    await addVersion(started.edge, "code", saying("two"));
    const expected = {
      entrypoint: "worker.mjs",
      files: { "worker.mjs": `application/javascript+module: ${saying("two")}` },
    };
    for (const path of [
      "scripts/code",
      "scripts/code/content/v2",
      "services/code/environments/production/content/v2",
    ]) {
      assert.deepEqual(await download(`/${path}`), expected, path);
    }
    const text = await (await started.client.workers.scripts.content.get("code", account())).text();
    assert.ok(text.includes(saying("two")));
  });

  it("is replaced without touching the settings, and is live at once", async () => {
    const bindings = [{ type: "secret_text", name: "WORD", text: "hello" }];
    await goLive(started.edge, "replaced", saying("one"), { bindings, tags: ["team"] });
    const body = new FormData();
    body.append("metadata", JSON.stringify({ main_module: "b.mjs" }));
    const source = "export default { fetch(request, env) { return new Response(env.WORD); } };";
    body.append("b.mjs", new File([source], "b.mjs", { type: "application/javascript+module" }));
    const { status, json } = await call(started.edge, `${workers()}/scripts/replaced/content`, {
      method: "PUT",
      body,
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    assert.deepEqual((json.result as { tags: string[] }).tags, ["team"]);
    assert.equal((await ask(started.edge, "replaced")).body, "hello");
    assert.equal((await download("/scripts/replaced")).entrypoint, "b.mjs");
  });

  it("is not there for a Worker that has no version", async () => {
    await started.client.workers.beta.workers.create({ ...account(), name: "empty" });
    const { status, json } = await call(started.edge, `${workers()}/scripts/empty`);
    assert.deepEqual([status, json.errors[0]?.code], [404, 10222]);
  });
});
