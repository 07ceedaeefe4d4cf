import assert from "node:assert/strict";
import type Cloudflare from "cloudflare";
import { addVersion, ask, call, deploy, goLive, putScript, refusalOf, saying, useEdge } from "../support";

/** Counts in an object, and calls itself through a service binding. */
const COUNTING = `
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async next() {
    const count = (await this.ctx.storage.get("count") ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }
}
export default {
  async fetch(request, { COUNTERS, SELF }) {
    if (new URL(request.url).pathname === "/inner") return new Response("inner");
    const count = await COUNTERS.get(COUNTERS.idFromName("one")).next();
    return new Response(count + " " + (await (await SELF.fetch("http://self/inner")).text()));
  },
};`;

describe("a Worker that is renamed", function () {
  this.timeout(60_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });
  const rename = (client: Cloudflare, from: string, name: string): Promise<unknown> =>
    client.workers.beta.workers.edit(from, { ...account(), name } as never);

  it("keeps its versions, split, objects and domains, and answers under its new name alone", async () => {
    const { client, edge } = it_;
    const bindings = [
      { type: "durable_object_namespace", name: "COUNTERS", class_name: "Counter" },
      { type: "service", name: "SELF", service: "before" },
    ];
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Counter"] };
    const first = await goLive(edge, "before", COUNTING, { bindings, migrations });
    const second = await addVersion(edge, "before", COUNTING, { bindings });
    await deploy(edge, "before", { [first]: 50, [second]: 50 });
    const { id: zone_id } = await client.zones.create({ account: {}, name: "example.com", type: "full" });
    await client.workers.domains.update({
      ...account(),
      zone_id,
      service: "before",
      hostname: "www.example.com",
    });
    assert.equal((await ask(edge, "before")).body, "1 inner");
    await rename(client, "before", "after");
    assert.equal((await ask(edge, "after")).body, "2 inner");
    assert.equal((await ask(edge, "before")).status, 404);
    assert.equal((await ask(edge, "x", { headers: { host: "www.example.com" } })).body, "3 inner");
    const { json } = await call(edge, `/accounts/${edge.accountId}/workers/scripts/after/deployments`);
    const { deployments } = json.result as { deployments: { versions: { version_id: string }[] }[] };
    assert.deepEqual(
      deployments[0]?.versions.map(({ version_id }) => version_id).sort(),
      [first, second].sort(),
    );
    const third = await addVersion(edge, "after", COUNTING, {
      bindings: [bindings[0] ?? {}, { ...bindings[1], service: "after" }],
    });
    assert.match(third, /-/);
    // The old name is free.
    await goLive(edge, "before", saying("another"));
    assert.equal((await ask(edge, "before")).body, "another");
  });

  it("is refused a name that is taken, and one by which others would not find it", async () => {
    const { client, edge } = it_;
    await putScript(edge, "called", saying("called"));
    await putScript(edge, "caller", saying("caller"), {
      bindings: [{ type: "service", name: "TO", service: "called" }],
    });
    assert.deepEqual(await refusalOf(rename(client, "called", "caller")), [409, 10016]);
    assert.deepEqual(await refusalOf(rename(client, "called", "new")), [400, 10064]);
  });
});
