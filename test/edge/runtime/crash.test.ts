import assert from "node:assert/strict";
import { startEdge, type Edge } from "../../../edge";
import { isAlive, workerdOf } from "../processes";
import { ask, exceptionsOf, goLive, invocationsOf, until } from "../support";

const WORKER = `
let posted = 0;
export default {
  async fetch(request) {
    if (request.method === "POST") {
      posted += 1;
      await scheduler.wait(20_000);
    }
    await scheduler.wait(5);
    return new Response(String(posted));
  },
};`;

const STRUCK = `
let called = 0;
export default {
  fetch() {
    return new Response(String(called));
  },
  scheduled() {
    called += 1;
    return scheduler.wait(20_000);
  },
};`;

describe("a version's process that is killed under load", function () {
  this.timeout(180_000);
  let edge: Edge;
  before(async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell which processes there are
    edge = await startEdge({ rateLimit: false });
  });
  after(() => edge.close());

  it("fails only what it had begun with, and what comes after has another process", async () => {
    const others = workerdOf(process.pid);
    await goLive(edge, "killed", WORKER);
    const own = (): number[] => workerdOf(process.pid).filter((pid) => !others.includes(pid));
    await ask(edge, "killed");
    const [victim] = own();
    assert(victim);
    let isDead = false;
    const statuses: number[] = [];
    const clients = Array.from({ length: 8 }, async () => {
      for (let after = 0; after < 20; after += isDead ? 1 : 0) {
        statuses.push((await ask(edge, "killed")).status);
      }
    });
    await until("a load", () => (statuses.length > 100 ? true : undefined));
    const begun = Array.from({ length: 4 }, () => ask(edge, "killed", { method: "POST" }));
    await until("the POSTs to have begun", async () =>
      (await ask(edge, "killed")).body === "4" ? true : undefined,
    );
    process.kill(victim, "SIGKILL");
    isDead = true;
    // Of these the version may have done something already: they are not sent twice.
    for (const { status, body } of await Promise.all(begun)) {
      assert.equal(status, 500);
      assert.match(body, /1101/);
    }
    await Promise.all(clients);
    const failed = statuses.filter((status) => status !== 200);
    assert.ok(failed.length <= clients.length, `${failed.length} of ${statuses.length} requests failed`);
    for (let count = 0; count < 50; count += 1) assert.equal((await ask(edge, "killed")).status, 200);
    assert.equal(own().filter(isAlive).length, 1);
    assert.ok(!own().includes(victim));
    const rows = await until("every row", async () => {
      const all = await invocationsOf(edge, "killed");
      return all.length >= statuses.length + begun.length ? all : undefined;
    });
    const ids = rows.map(({ $metadata }) => $metadata.requestId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("calls no handler of a cron event twice", async () => {
    const others = workerdOf(process.pid);
    await goLive(edge, "struck", STRUCK);
    assert.equal((await ask(edge, "struck")).body, "0");
    const calling = ask(edge, "struck", { path: "/cdn-cgi/handler/scheduled?cron=x" });
    await until("the event to have begun", async () =>
      (await ask(edge, "struck")).body === "1" ? true : undefined,
    );
    for (const pid of workerdOf(process.pid)) if (!others.includes(pid)) process.kill(pid, "SIGKILL");
    assert.deepEqual([(await calling).status, (await calling).body], [500, "exception"]);
    const row = await until("the row", async () =>
      (await invocationsOf(edge, "struck")).find(({ $workers }) => $workers.eventType === "scheduled"),
    );
    assert.equal(row.$workers.outcome, "exception");
    const [thrown] = await exceptionsOf(edge, "struck");
    assert.match(thrown?.$metadata.error ?? "", /process of this version ended/);
  });

  it("leaves no process behind when the edge closes", async () => {
    const doomed = await startEdge({ rateLimit: false });
    const others = workerdOf(process.pid);
    await goLive(doomed, "last", WORKER);
    const [victim] = workerdOf(process.pid).filter((pid) => !others.includes(pid));
    assert(victim);
    process.kill(victim, "SIGKILL");
    const asking = Promise.allSettled([ask(doomed, "last"), ask(doomed, "last")]);
    await doomed.close();
    await asking;
    await until("no process of it", () =>
      workerdOf(process.pid)
        .filter((pid) => !others.includes(pid))
        .some(isAlive)
        ? undefined
        : true,
    );
  });
});
