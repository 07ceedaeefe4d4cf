import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, until, useEdge } from "../edge/support";
import { wrangler, type Ran } from "./wrangler/command";
import { Project } from "./wrangler/project";

/** Writes what it gets of the queue into every store, and shows what is there. */
const SOURCE = `
import { WorkflowEntrypoint } from "cloudflare:workers";
export class Flow extends WorkflowEntrypoint {}
export default {
  async fetch(request, { KV, DB, BUCKET, QUEUE, AI }) {
    const { pathname } = new URL(request.url);
    if (pathname === "/send") return Response.json(await QUEUE.send("sent") ?? null);
    if (pathname === "/ai") return Response.json(await AI.run("x").catch((error) => error.message));
    const { results } = await DB.prepare("SELECT word FROM words ORDER BY word").all();
    return Response.json([await KV.get("word"), results, await (await BUCKET.get("word.txt")).text()]);
  },
  async queue({ messages }, { DB }) {
    for (const { body } of messages) await DB.prepare("INSERT INTO words VALUES (?)").bind(body).run();
  },
};`;

const DATABASE = "witnessed";
const BUCKET = "witnessed-bucket";
const QUEUE = "witnessed-queue";

describe("wrangler, of what a Worker has beside itself", function () {
  this.timeout(300_000);
  const started = useEdge({ allowStubs: true });
  const project = new Project();
  const succeeds = async (args: string[]): Promise<Ran> => {
    const ran = await wrangler(started.edge, project, args);
    assert.equal(ran.code, 0, `${args.join(" ")}\n${ran.stdout}\n${ran.stderr}`);
    return ran;
  };

  after(() => {
    project.remove();
  });

  it("a whole production configuration is deployed and works", async () => {
    const { client, edge } = started;
    const account = { account_id: edge.accountId };
    await succeeds(["kv", "namespace", "create", "words"]);
    const [namespace] = (await client.kv.namespaces.list(account)).result;
    await succeeds(["d1", "create", DATABASE]);
    await succeeds(["r2", "bucket", "create", BUCKET]);
    await succeeds(["queues", "create", QUEUE]);
    const { uuid } = await client.d1.database.get(DATABASE, account);
    const config = {
      name: "whole",
      main: "worker.mjs",
      compatibility_date: "2026-07-01",
      kv_namespaces: [{ binding: "KV", id: namespace?.id }],
      d1_databases: [{ binding: "DB", database_name: DATABASE, database_id: uuid }],
      r2_buckets: [{ binding: "BUCKET", bucket_name: BUCKET }],
      queues: {
        producers: [{ binding: "QUEUE", queue: QUEUE }],
        consumers: [{ queue: QUEUE, max_batch_timeout: 0 }],
      },
      ai: { binding: "AI" },
      workflows: [{ binding: "FLOW", name: "flow", class_name: "Flow" }],
      routes: [
        { pattern: "www.witness.example/*", zone_name: "witness.example" },
        { pattern: "witness.example", custom_domain: true },
      ],
    };
    writeFileSync(join(project.folder, "worker.mjs"), SOURCE);
    writeFileSync(join(project.folder, "wrangler.json"), JSON.stringify(config));
    writeFileSync(
      join(project.folder, "words.sql"),
      "CREATE TABLE words (word TEXT);\nINSERT INTO words VALUES ('filed');\n",
    );
    writeFileSync(join(project.folder, "word.txt"), "stored");
    await succeeds(["deploy"]);
    await succeeds(["kv", "key", "put", "--remote", "--namespace-id", namespace?.id ?? "", "word", "kept"]);
    await succeeds(["d1", "execute", DATABASE, "--remote", "--yes", "--file", "words.sql"]);
    await succeeds(["r2", "object", "put", `${BUCKET}/word.txt`, "--remote", "--file", "word.txt"]);
    const visit = async (path: string): Promise<unknown> =>
      JSON.parse((await ask(edge, "x", { path, headers: { host: "www.witness.example" } })).body);
    assert.deepEqual(await visit("/"), ["kept", [{ word: "filed" }], "stored"]);
    await visit("/send");
    await until("the message in the database", async () =>
      JSON.stringify(await visit("/")).includes("sent") ? true : undefined,
    );
    assert.match(String(await visit("/ai").catch((error: unknown) => error)), /./);
    const { stdout } = await succeeds([
      "d1",
      "execute",
      DATABASE,
      "--remote",
      "--json",
      "--command",
      "SELECT count(*) AS n FROM words",
    ]);
    assert.match(stdout, /"n": 2/);
    const got = await succeeds([
      "kv",
      "key",
      "get",
      "--remote",
      "--namespace-id",
      namespace?.id ?? "",
      "word",
      "--text",
    ]);
    assert.match(got.stdout, /kept/);
    await succeeds(["r2", "object", "get", `${BUCKET}/word.txt`, "--remote", "--file", "got.txt"]);
    const domain = await ask(edge, "x", { headers: { host: "witness.example" } });
    assert.equal(domain.status, 200);
  });
});
