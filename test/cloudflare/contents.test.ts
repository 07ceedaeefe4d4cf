import assert from "node:assert/strict";
import { cloudflareContents } from "../../provider/cloudflare/contents";
import { failure, startServer, success, type Answer } from "./server";

const worker = { accountId: "0123456789abcdef0123456789abcdef", scriptName: "checkout" };

async function withAnswers<T>(
  answers: readonly Answer[],
  ask: (contents: ReturnType<typeof cloudflareContents>) => Promise<T>,
): Promise<T> {
  const server = await startServer(...answers);
  try {
    return await ask(cloudflareContents(server.client, worker));
  } finally {
    await server.close();
  }
}

function version(etag: string | undefined, text: string, id = "one") {
  const script = { ...(etag !== undefined && { etag }), last_deployed_from: "api" };
  const bindings = [{ type: "plain_text", name: "LABEL", text }];
  const runtime = { compatibility_date: "2025-07-24", usage_model: "standard" };
  return success({ id, metadata: {}, resources: { script, script_runtime: runtime, bindings } });
}

describe("the versions of a Worker", () => {
  const exists = (answer: Answer): Promise<boolean> =>
    withAnswers([answer], (contents) => contents.exists("one"));

  it("exist, or do not", async () => {
    assert.equal(await exists(version("a", "x")), true);
    assert.equal(await exists(failure(404, 10007, "version_not_found")), false);
    assert.equal(await exists(failure(404, 100146, "not readable yet")), false);
    await assert.rejects(exists(failure(503, 10013, "later")), /failed for now/);
  });

  it("are read once each, but for those that could not be", async () => {
    const answers = [failure(404, 100146, "not yet"), version("a", "x"), version("a", "x", "two")];
    await withAnswers(answers, async (contents) => {
      assert.equal(await contents.exists("one"), false);
      assert.equal(await contents.exists("one"), true);
      assert.equal(await contents.areSame("one", "two"), true);
      assert.equal(await contents.areSame("two", "one"), true);
    });
  });

  it("have secrets where a binding is one, or may be one", async () => {
    const hasSecrets = (bindings: unknown): Promise<boolean> => {
      const answer = success({ id: "one", metadata: {}, resources: { bindings } });
      return withAnswers([answer], (contents) => contents.hasSecrets("one"));
    };
    const plain = { type: "plain_text", name: "LABEL" };
    assert.equal(await hasSecrets([plain]), false);
    assert.equal(await hasSecrets(null), false);
    assert.equal(await hasSecrets([plain, { type: "secret_text", name: "TOKEN" }]), true);
    assert.equal(await hasSecrets([{ type: "secret_key", name: "KEY" }]), true);
    assert.equal(await hasSecrets("unheard of"), true);
  });

  it("differ in their migrations where their last one differs", async () => {
    const differ = (a: unknown, b: unknown): Promise<boolean> => {
      const answers = [a, b].map((script_runtime) =>
        success({ id: "one", metadata: {}, resources: { script_runtime } }),
      );
      return withAnswers(answers, (contents) => contents.differInMigrations("one", "two"));
    };
    assert.equal(await differ({ migration_tag: "v1" }, { migration_tag: "v2" }), true);
    assert.equal(await differ({ migration_tag: "v1" }, {}), true);
    assert.equal(await differ({ migration_tag: "v1" }, { migration_tag: "v1" }), false);
    assert.equal(await differ({ migration_tag: null }, null), false);
    assert.equal(await differ({ migration_tag: "" }, {}), false);
  });

  it("may have assets that are not told, unless it is told that they have none", async () => {
    const hasUntold = (answer: Answer): Promise<boolean> =>
      withAnswers([answer], (contents) => contents.hasUntold());
    const workers = (has_assets?: boolean) =>
      success([
        { id: "other", has_assets: true },
        { id: "checkout", has_assets },
      ]);
    assert.equal(await hasUntold(workers(false)), false);
    assert.equal(await hasUntold(workers(true)), true);
    assert.equal(await hasUntold(workers()), true);
    assert.equal(await hasUntold(success([])), true);
    await assert.rejects(hasUntold(failure(503, 10013, "later")), /failed for now/);
  });

  it("have the same content when nothing that is told of it differs", async () => {
    const areSame = (a: Answer, b: Answer): Promise<boolean> =>
      withAnswers([a, b], (contents) => contents.areSame("one", "two"));
    assert.equal(await areSame(version("a", "x"), version("a", "x", "two")), true);
    assert.equal(await areSame(version("a", "x"), version("b", "x")), false);
    assert.equal(await areSame(version("a", "x"), version("a", "y")), false);
    assert.equal(await areSame(version(undefined, "x"), version(undefined, "x")), false);
    assert.equal(await areSame(success({ id: "one" }), success({ id: "two" })), false);
  });
});
