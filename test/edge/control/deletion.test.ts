import assert from "node:assert/strict";
import { call, putScript, saying, useEdge } from "../support";

describe("a script that others need", () => {
  const started = useEdge();
  const workers = (): string => `/accounts/${started.edge.accountId}/workers`;
  const remove = async (path: string): Promise<{ status: number; code: number | undefined }> => {
    const { status, json } = await call(started.edge, `${workers()}/${path}`, { method: "DELETE" });
    return { status, code: json.errors[0]?.code };
  };

  before(async () => {
    await putScript(started.edge, "tail", saying("x"));
    await putScript(started.edge, "heard", saying("x"), { tail_consumers: [{ service: "tail" }] });
  });

  it("says who they are", async () => {
    const { json: tails } = await call(started.edge, `${workers()}/tails/by-consumer/tail`);
    assert.deepEqual(
      (tails.result as { producer: { service: string } }[]).map(({ producer }) => producer.service),
      ["heard"],
    );
    const { json } = await call(started.edge, `${workers()}/scripts/heard/references`);
    assert.deepEqual(json.result, {
      services: { incoming: [], outgoing: [], pages_function: false },
      durable_objects: [],
      dispatch_outbounds: [],
    });
  });

  it("is deleted only by force", async () => {
    assert.deepEqual(await remove("scripts/tail"), { status: 400, code: 10064 });
    assert.deepEqual(await remove("services/tail?force=false"), { status: 400, code: 10064 });
    assert.deepEqual(await remove("services/tail?force=true"), { status: 200, code: undefined });
    assert.deepEqual(await remove("services/tail"), { status: 404, code: 10090 });
  });

  it("is a service with one environment", async () => {
    const environment = `${workers()}/services/heard/environments`;
    const { json } = await call(started.edge, `${environment}/production`);
    const { script } = json.result as { script: Record<string, unknown> };
    assert.equal(script["compatibility_date"], "2025-07-24");
    assert.deepEqual(script["tail_consumers"], [{ service: "tail" }]);
    assert.deepEqual((await call(started.edge, `${environment}/production/bindings`)).json.result, []);
    assert.deepEqual((await call(started.edge, `${environment}/production/routes`)).json.result, []);
    const { json: subdomain } = await call(started.edge, `${environment}/production/subdomain`);
    assert.deepEqual(subdomain.result, { enabled: false });
    assert.equal((await call(started.edge, `${environment}/staging`)).json.errors[0]?.code, 10092);
  });
});
