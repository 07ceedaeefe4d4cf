import assert from "node:assert/strict";
import { ask, goLive, refusalOf, useEdge } from "../support";

const COUNTING = `
export default {
  async fetch(request, { DB }) {
    return Response.json((await DB.prepare("SELECT who FROM visits ORDER BY id").all()).results);
  },
};`;

/** The number of tables, which Cloudflare still answers though it is not to be relied upon. */
function tablesOf(database: object): unknown {
  return (database as { num_tables?: unknown }).num_tables;
}

describe("D1 databases", function () {
  this.timeout(60_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });

  it("are made, found by id, listed and deleted", async () => {
    const { database } = it_.client.d1;
    const made = await database.create({ ...account(), name: "orders" });
    const { uuid = "", name, version, read_replication } = made;
    assert.match(uuid, /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      [name, version, tablesOf(made), read_replication],
      ["orders", "production", 0, { mode: "disabled" }],
    );
    assert.deepEqual(await refusalOf(database.create({ ...account(), name: "orders" })), [400, 7502]);
    await database.update(uuid, { ...account(), read_replication: { mode: "auto" } });
    assert.deepEqual((await database.get(uuid, account())).read_replication, { mode: "auto" });
    const listed = await database.list({ ...account(), name: "ord" });
    assert.deepEqual(
      listed.result.map((one) => one.uuid),
      [uuid],
    );
    await database.delete(uuid, account());
    assert.deepEqual(await refusalOf(database.get(uuid, account())), [404, 7404]);
  });

  it("answer queries of the API from what Workers see", async () => {
    const { client, edge } = it_;
    const { uuid: id = "" } = await client.d1.database.create({ ...account(), name: "visits" });
    await goLive(edge, "visited", COUNTING, { bindings: [{ type: "d1", name: "DB", id }] });
    const { database } = client.d1;
    const sql = `
      CREATE TABLE visits (id INTEGER PRIMARY KEY, who TEXT); -- one; row; each
      CREATE TABLE log (text TEXT);
      CREATE TRIGGER told AFTER INSERT ON visits BEGIN
        INSERT INTO log SELECT CASE WHEN new.who = 'x;' THEN 'x' ELSE 'other' END;
      END;
      INSERT INTO visits (who) VALUES ('x;')`;
    const made = await database.query(id, { ...account(), sql });
    assert.equal(made.result.length, 4);
    await database.query(id, { ...account(), sql: "INSERT INTO visits (who) VALUES (?1)", params: ["you"] });
    const read = await database.query(id, { ...account(), sql: "SELECT text FROM log" });
    assert.deepEqual(read.result[0]?.results, [{ text: "x" }, { text: "other" }]);
    const raw = await database.raw(id, { ...account(), sql: "SELECT id, who FROM visits" });
    assert.deepEqual(raw.result[0]?.results, {
      columns: ["id", "who"],
      rows: [
        [1, "x;"],
        [2, "you"],
      ],
    });
    assert.deepEqual(JSON.parse((await ask(edge, "visited")).body), [{ who: "x;" }, { who: "you" }]);
    assert.equal(tablesOf(await database.get(id, account())), 2);
  });

  it("run all of a query or nothing", async () => {
    const { database } = it_.client.d1;
    const { uuid: id = "" } = await database.create({ ...account(), name: "atomic" });
    const failing = database.query(id, {
      ...account(),
      sql: "CREATE TABLE one (a); SELECT nothing FROM nowhere",
    });
    assert.deepEqual(await refusalOf(failing), [400, 7500]);
    assert.equal(tablesOf(await database.get(id, account())), 0);
  });
});
