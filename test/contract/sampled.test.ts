import assert from "node:assert/strict";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { ask, call, goLive, until, useEdge } from "../edge/support";

const SCRIPT = `export default {
  fetch(request) {
    if (request.url.endsWith("/fails")) throw new Error("thrown for a test");
    return new Response("ok");
  },
};`;

const REQUESTS = 300;
const ROWS_PER_QUERY = 120;
const BUCKET_MS = 10_000;

describe("telemetry that the API has thinned out", function () {
  this.timeout(120_000);
  const started = useEdge({ rateLimit: false, telemetry: { rowsPerQuery: ROWS_PER_QUERY } });

  it("is evidence of as much as was read, and fails as often as all did", async () => {
    const { edge } = started;
    // On the grid of buckets, and early enough for every request to be in a bucket that is listed.
    const from = Math.floor(Date.now() / BUCKET_MS - 2) * BUCKET_MS;
    const versionId = await goLive(edge, "busy", SCRIPT);
    let ray = "";
    for (let i = 0; i < REQUESTS; i++) {
      const { headers } = await ask(edge, "busy", { path: i % 3 === 0 ? "/fails" : "/" });
      ray = String(headers["cf-ray"]).split("-", 1)[0] ?? "";
    }
    const to = from + 60_000;
    const query = async (key: string, value: string): Promise<Counted> => {
      const parameters = {
        filters: [
          { key, operation: "eq", type: "string", value },
          { key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" },
        ],
        calculations: [{ operator: "count" }],
      };
      const path = `/accounts/${edge.accountId}/workers/observability/telemetry/query`;
      const body = JSON.stringify({ queryId: "q", timeframe: { from, to }, parameters });
      return (await call(edge, path, { method: "POST", body })).json.result as Counted;
    };
    // The last request is found by its id, which no sampling hides; what came before it was stored before it.
    await until("the last request", async () =>
      (await query("$metadata.rayId", ray)).calculations[0]?.aggregates[0]?.value === 1 ? true : undefined,
    );
    const { calculations, statistics } = await query("$metadata.service", "busy");
    const { value = 0 } = calculations[0]?.aggregates[0] ?? {};
    assert.ok(statistics.abr_level > 1 && value > REQUESTS / 3 && value < REQUESTS * 3, `${value}`);

    const client = cloudflareClient({ apiToken: edge.token, baseUrl: edge.baseUrl });
    const telemetry = cloudflareTelemetry(client, { accountId: edge.accountId, scriptName: "busy" });
    const read = { newVersionId: versionId, oldVersionId: undefined, from, to, bucketMs: BUCKET_MS };
    const [series = []] = await telemetry.read({ slis: [{ kind: "exceptions" }], ...read });
    const sum = (kind: "valid" | "bad"): number =>
      series.reduce((total, point) => total + point.new[kind], 0);
    // Exceptions are logged as well, in rows of their own that are not counted.
    assert.ok(sum("valid") <= statistics.rows_read && statistics.rows_read <= ROWS_PER_QUERY);
    assert.equal(sum("valid"), value / statistics.abr_level);
    assert.ok(sum("valid") > 10);
    const share = sum("bad") / sum("valid");
    assert.ok(Math.abs(share - 1 / 3) < 6 * Math.sqrt(2 / 9 / sum("valid")), `${share} failed`);
  });
});

interface Counted {
  readonly calculations: { aggregates: { value: number }[] }[];
  readonly statistics: { rows_read: number; abr_level: number };
}
