import assert from "node:assert/strict";
import { ask, goLive, putScript, refusalOf, saying, until, useEdge, type Answer } from "../support";

/** Says who it is; or passes the request on, as to an origin. */
const PASSING = `
export default {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/on") return new Response("route");
    return new Response("route, " + (await (await fetch(request)).text()));
  },
};`;

describe("domains of the account", function () {
  this.timeout(60_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });
  const visit = (host: string, path = "/"): Promise<Answer> =>
    ask(it_.edge, "x", { path, headers: { host } });
  let zone_id = "";

  before(async () => {
    const { client, edge } = it_;
    for (const word of ["shop", "blog", "other"]) await putScript(edge, word, saying(word));
    await putScript(edge, "passing", PASSING);
    const { id } = await client.zones.create({
      account: { id: edge.accountId },
      name: "example.com",
      type: "full",
    });
    zone_id = id;
  });

  it("are zones, found by name", async () => {
    const { zones } = it_.client;
    const found = await zones.list({ name: "example.com", account: { id: it_.edge.accountId } });
    assert.deepEqual(
      found.result.map(({ id, name, status }) => [id, name, status]),
      [[zone_id, "example.com", "active"]],
    );
    assert.deepEqual((await zones.list({ name: "example.org" })).result, []);
    assert.equal((await zones.get({ zone_id })).name, "example.com");
    assert.deepEqual(await refusalOf(zones.get({ zone_id: "0".repeat(32) })), [404, 1049]);
  });

  it("answer by the most specific route, whatever the port", async () => {
    const { routes } = it_.client.workers;
    const patterns = { "example.com/*": "shop", "example.com/blog/*": "blog", "*.example.com/*": "other" };
    const made = [];
    for (const [pattern, script] of Object.entries(patterns)) {
      made.push(await routes.create({ zone_id, pattern, script }));
    }
    const asked = ["example.com/", "example.com:8787/blog/1?x", "www.Example.com/blog/1"];
    const heard = [];
    for (const url of asked) {
      const slash = url.indexOf("/");
      heard.push((await visit(url.slice(0, slash), url.slice(slash))).body);
    }
    assert.deepEqual(heard, ["shop", "blog", "other"]);
    const [first] = made;
    assert(first);
    assert.deepEqual(await routes.get(first.id, { zone_id }), first);
    await routes.update(first.id, { zone_id, pattern: "example.com/*", script: "other" });
    assert.equal((await visit("example.com")).body, "other");
    const twice = routes.create({ zone_id, pattern: "example.com/*", script: "shop" });
    assert.deepEqual(await refusalOf(twice), [409, 10020]);
    const elsewhere = routes.create({ zone_id, pattern: "example.org/*", script: "shop" });
    assert.deepEqual(await refusalOf(elsewhere), [400, 10022]);
    for (const { id } of made) await routes.delete(id, { zone_id });
    assert.deepEqual((await routes.list({ zone_id })).result, []);
  });

  it("say that there is no origin where no Worker is responsible, and are strangers elsewhere", async () => {
    const nobody = await visit("nobody.example.com");
    assert.equal(nobody.status, 404);
    assert.match(nobody.body, /No route or custom domain of example\.com matches nobody\.example\.com\//);
    assert.equal((await visit("example.org")).status, 421);
  });

  it("answer as custom domains, behind the routes", async () => {
    const { client } = it_;
    const domain = { ...account(), zone_id, service: "shop", hostname: "shop.example.com" };
    const made = await client.workers.domains.update(domain);
    assert.deepEqual(
      [made.hostname, made.service, made.zone_name],
      ["shop.example.com", "shop", "example.com"],
    );
    assert.equal((await visit("shop.example.com", "/any")).body, "shop");
    const pattern = "shop.example.com/on";
    const { id } = await client.workers.routes.create({ zone_id, pattern, script: "passing" });
    // The edge's own list of custom domains may be a second old where Workers ask for one.
    await until("the custom domain behind the route", async () => {
      const { body } = await visit("shop.example.com", "/on");
      return body === "route, shop" ? body : undefined;
    });
    await client.workers.routes.delete(id, { zone_id });
    const listed = await client.workers.domains.list({ ...account(), service: "shop" });
    assert.deepEqual(
      listed.result.map(({ hostname }) => hostname),
      ["shop.example.com"],
    );
    await client.workers.domains.update({ ...domain, service: "blog" });
    assert.equal((await visit("shop.example.com")).body, "blog");
    await client.workers.domains.delete(made.id, account());
    assert.equal((await visit("shop.example.com")).status, 404);
  });

  it("lose what leads to a Worker that is deleted", async () => {
    const { client, edge } = it_;
    await goLive(edge, "brief", saying("brief"));
    await client.workers.domains.update({
      ...account(),
      zone_id,
      service: "brief",
      hostname: "brief.example.com",
    });
    assert.equal((await visit("brief.example.com")).body, "brief");
    await client.workers.scripts.delete("brief", account());
    assert.equal((await visit("brief.example.com")).status, 404);
    assert.deepEqual((await client.workers.domains.list({ ...account(), service: "brief" })).result, []);
  });
});
