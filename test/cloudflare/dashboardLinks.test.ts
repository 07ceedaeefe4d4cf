import assert from "node:assert/strict";
import { dashboardLinks } from "../../provider/cloudflare/dashboardLinks";

const worker = { accountId: "0123456789abcdef0123456789abcdef", scriptName: "checkout" };

describe("the links to Cloudflare's dashboard", () => {
  it("lead to the deployments, the metrics and the logs of a Worker", () => {
    const base = `https://dash.cloudflare.com/${worker.accountId}/workers/services/view/checkout/production`;
    for (const baseUrl of [undefined, "https://api.cloudflare.com/client/v4"]) {
      assert.deepEqual(dashboardLinks({ ...(baseUrl && { baseUrl }) }, worker), [
        { name: "Deployments", href: `${base}/deployments` },
        { name: "Metrics", href: `${base}/metrics` },
        { name: "Logs", href: `${base}/observability/logs` },
      ]);
    }
  });

  it("are none on a local edge, which has no dashboard", () => {
    assert.deepEqual(dashboardLinks({ baseUrl: "http://127.0.0.1:8787/client/v4" }, worker), []);
  });
});
