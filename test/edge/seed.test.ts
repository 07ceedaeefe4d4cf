import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { invocationsOf, until, useEdge, type Envelope } from "./support";

const REQUESTS = 20;

/**
 * The commands with which one tries the manual way on Cloudflare, in `seed/` word for word. Only what says where
 * Cloudflare is gets replaced, and the number of requests.
 */
describe("the seed's own commands", () => {
  const started = useEdge();

  async function run(name: string): Promise<string> {
    const { port, accountId, token, subdomain } = started.edge;
    const script = readFileSync(join(__dirname, "seed", name), "utf8")
      .replaceAll("https://api.cloudflare.com", `http://127.0.0.1:${port}`)
      .replaceAll(
        "https://simulated-service.$cf_subdomain.workers.dev",
        `http://simulated-service.$cf_subdomain.localhost:${port}`,
      )
      .replace("ITERATIONS=1000", `ITERATIONS=${REQUESTS}`);
    const env = { ...process.env, cf_account_id: accountId, cf_api_token: token, cf_subdomain: subdomain };
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { env });
    return stdout;
  }

  it("upload the Worker, enable it, and load it", async () => {
    const uploaded = JSON.parse(await run("upload.sh")) as Envelope;
    assert.deepEqual(uploaded.errors, []);
    assert.equal((uploaded.result as { id: string }).id, "simulated-service");

    const enabled = JSON.parse(await run("enable.sh")) as Envelope;
    assert.deepEqual(enabled.result, { enabled: true, previews_enabled: true });

    const report = await run("load.sh");
    assert.match(report, new RegExp(`HTTP Status 200: ${REQUESTS} times`));
    await until("the telemetry of every request", async () => {
      const rows = await invocationsOf(started.edge, "simulated-service");
      return rows.length === REQUESTS && rows.every((row) => row.$workers.outcome === "ok")
        ? true
        : undefined;
    });
  }).timeout(90_000);
});
