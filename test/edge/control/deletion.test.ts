import assert from "node:assert/strict";
import { call, putScript, saying, useEdge } from "../support";

describe("a script, and who needs it", () => {
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

  it("says that what is kept of a setting has no effect here", async () => {
    const path = `${workers()}/scripts/heard/script-settings`;
    const body = JSON.stringify({ tail_consumers: [{ service: "tail" }], logpush: true });
    const { json } = await call(started.edge, path, { method: "PATCH", body });
    assert.match(json.messages[0]?.message ?? "", /^logpush is kept/);
    assert.match(json.messages[1]?.message ?? "", /^tail_consumers is kept/);
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

  it("has neither domains nor containers, which clients ask for", async () => {
    for (const path of ["workers/domains/records?service=heard", "containers/applications"]) {
      const { status, json } = await call(started.edge, `/accounts/${started.edge.accountId}/${path}`);
      assert.deepEqual([status, json.result], [200, []], path);
    }
  });

  it("is found by its tags and by a part of its name", async () => {
    await putScript(started.edge, "tagged", saying("x"), { tags: ["team", "new"] });
    const ids = async (query: string): Promise<unknown[]> => {
      const { json } = await call(started.edge, `${workers()}/${query}`);
      return (json.result as Record<string, unknown>[]).map(({ id, script_name: name }) => name ?? id);
    };
    assert.deepEqual(await ids("scripts?tags=team:yes,old:no"), ["tagged"]);
    assert.deepEqual(await ids("scripts?tags=team:yes,new:no"), []);
    assert.deepEqual(await ids("scripts-search?name=agg"), ["tagged"]);
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
    assert.deepEqual(subdomain.result, { enabled: false, previews_enabled: false });
    assert.equal((await call(started.edge, `${environment}/staging`)).json.errors[0]?.code, 10092);
  });
});
