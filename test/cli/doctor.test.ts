import assert from "node:assert/strict";
import { createServer } from "node:net";
import { z } from "zod";
import {
  addVersion,
  ask,
  clientOf,
  deploy,
  goLive,
  putScript,
  saying,
  until,
  useEdge,
} from "../edge/support";
import { start, workersRelease, type Ended } from "./command";

const prefix = "workers-release-doctor-";
/** Nothing else is called like it. */
const script = "zanzibar-checkout";

const documentShape = z.object({
  summary: z.object({ holds: z.number(), fails: z.number(), open: z.number() }),
  triedOn: z.string(),
  checks: z.array(
    z.object({ id: z.string(), verdict: z.string(), reading: z.string().optional(), found: z.string() }),
  ),
  notTried: z.array(z.string()),
});

function documentOf({ out, err }: Ended): z.infer<typeof documentShape> {
  assert.ok(out.startsWith("{"), out + err);
  return documentShape.parse(JSON.parse(out));
}

/** What is not as it should be, with what was found: nothing, if all is well. */
function complaints(document: z.infer<typeof documentShape>): string[] {
  return document.checks
    .filter(({ verdict }) => verdict !== "holds")
    .map(({ id, verdict, found }) => `${id} ${verdict}: ${found}`);
}

/** Which of the possible behaviours live recordings show. */
const asRecorded = {
  "bucket-grid": "epoch multiples",
  granularity: "span / N",
  "first-buckets": "first buckets lost",
  "missing-group": "left out",
  "group-limit": "ten by default",
  "filter-limit": "no code",
  "row-limit": "issues",
  "abr-level": "both",
  "key-list": "without ray",
  retention: "cut",
  ray: "$metadata only",
};

function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T | undefined> {
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

describe("workers-release doctor", function () {
  this.timeout(180_000);
  const poor = { token: "poor-token-of-this-test", scopes: ["workers_scripts:read"] };
  const tokens = [{ token: "good-token-of-this-test" }, poor];
  const live = useEdge({ tokens, rateLimit: { requests: 1200, seconds: 300 } });
  const versionIds: string[] = [];

  before(async () => {
    // Half of its invocations are recorded, so that the question about sampling can be tried.
    const observability = { enabled: true, head_sampling_rate: 0.5 };
    versionIds.push(await goLive(live.edge, script, saying("old"), { observability }));
    versionIds.push(await addVersion(live.edge, script, saying("new")));
    const [old = "", fresh = ""] = versionIds;
    await deploy(live.edge, script, { [old]: 100, [fresh]: 0 });
    for (let i = 0; i < 100; i += 1) {
      const version = i % 3 === 0 ? fresh : old;
      await ask(live.edge, script, {
        headers: { "cloudflare-workers-version-overrides": `${script}="${version}"` },
      });
    }
  });

  const testWorkers = async (): Promise<string[]> => {
    const { result } = await clientOf(live.edge).workers.scripts.list({ account_id: live.edge.accountId });
    return result.map(({ id = "" }) => id).filter((id) => id.startsWith(prefix));
  };

  it("finds on a Worker of the edge all that the package assumes", async () => {
    const ended = await workersRelease(["doctor", "--script", script, "--json"], live.edge.environment());
    const document = documentOf(ended);
    assert.deepEqual(complaints(document), []);
    assert.deepEqual([ended.code, document.notTried, ended.err], [0, [], ""]);
    const readings = Object.fromEntries(document.checks.map(({ id, reading }) => [id, reading]));
    // What is known, or believed, of the live API: an edge that behaves otherwise rehearses something else.
    assert.deepEqual(pick(readings, Object.keys(asRecorded)), asRecorded);
  });

  it("finds the busiest Worker by itself", async () => {
    const ended = await workersRelease(["doctor"], live.edge.environment());
    assert.match(ended.out, /tried on the busiest Worker/);
    assert.match(ended.out, /^\d+ of at most 200 requests were made\.$/m);
    assert.ok(ended.out.split("\n").every((line) => !/^ [✓✗?] /.test(line) || line.length <= 100));
    assert.equal(ended.code, 0, ended.out);
  });

  it("finds all on a Worker of its own, which it deletes", async () => {
    const ended = await workersRelease(
      ["doctor", "--script", script, "--with-test-worker", "--yes", "--json"],
      live.edge.environment(),
    );
    const document = documentOf(ended);
    assert.deepEqual(complaints(document), []);
    assert.deepEqual([ended.code, document.triedOn, document.notTried], [0, "the test Worker", []]);
    assert.match(ended.err, /^Creating the test Worker (\S+);.*\nThe test Worker \1 is deleted\.\n$/);
    assert.deepEqual(await testWorkers(), []);
  });

  it("deletes its Worker when it is interrupted", async () => {
    const command = start(["doctor", "--with-test-worker", "--yes"], live.edge.environment());
    try {
      await until("the test Worker", async () => ((await testWorkers()).length > 0 ? true : undefined));
      command.process.kill("SIGINT");
      const { code, out, err } = await command.ended;
      assert.deepEqual([code, out], [130, ""], err);
      assert.match(err, /Stopped\. Deleting .*\nThe test Worker \S+ is deleted\.\n$/);
      assert.deepEqual(await testWorkers(), []);
    } finally {
      command.process.kill("SIGKILL");
    }
  });

  it("creates nothing when nobody can be asked", async () => {
    const { code, out, err } = await workersRelease(
      ["doctor", "--with-test-worker"],
      live.edge.environment(),
    );
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /going to create the Worker .*add --yes/s);
    assert.deepEqual(await testWorkers(), []);
  });

  it("finds what a Worker is not ready for, and ends with 1", async () => {
    const objects = {
      bindings: [{ type: "durable_object_namespace", name: "CARTS", class_name: "Cart" }],
      observability: { enabled: false },
    };
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Cart"] };
    const source = `export class Cart {} ${saying("hello")}`;
    const old = await putScript(live.edge, "unready", source, { ...objects, migrations });
    const fresh = await addVersion(live.edge, "unready", source, objects);
    await deploy(live.edge, "unready", { [old]: 60, [fresh]: 40 });
    const ended = await workersRelease(["doctor", "--script", "unready", "--json"], live.edge.environment());
    const document = documentOf(ended);
    assert.deepEqual(complaints(document), [
      "deployment fails: split 60 % and 40 %, not by a release of this package",
      "observability fails: they are not",
      "durable-objects open: yes: 1 binding to classes of its own",
      "workers-dev open: it has no address on workers.dev",
      "traffic open: no invocation to try it on",
    ]);
    assert.equal(ended.code, 1);
    assert.ok(document.notTried.includes("first-buckets"));
  });

  it("tells nothing private in its document, whatever goes wrong", async () => {
    const { edge } = live;
    const secrets = [edge.token, edge.accountId, script, ...versionIds, String(edge.port), "local@localhost"];
    const nowhere = { CLOUDFLARE_BASE_URL: `http://127.0.0.1:${await closedPort()}/client/v4` };
    const runs: readonly [string[], Record<string, string>][] = [
      [["--script", script], {}],
      [["--script", `${script}-nowhere`], { CLOUDFLARE_API_TOKEN: poor.token }],
      [["--script", script], nowhere],
    ];
    for (const [args, environment] of runs) {
      const env = { ...edge.environment(), ...environment };
      const ended = await workersRelease(["doctor", "--json", ...args], env);
      documentOf(ended);
      for (const secret of [...secrets, ...Object.values(environment)]) {
        assert.ok(!ended.out.includes(secret), `${secret} is in\n${ended.out}`);
      }
    }
  });

  it("says what is missing as the other commands do", async () => {
    const { code, out, err } = await workersRelease(["doctor"], { CLOUDFLARE_ACCOUNT_ID: "a" });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      err,
      /^There is no Cloudflare API token: set the environment variable CLOUDFLARE_API_TOKEN\.\n$/,
    );
  });
});

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}
