import { DatabaseSync } from "node:sqlite";
import { startEdge } from "/tmp/wt/people/edge";
import { SqliteTelemetry } from "/tmp/wt/people/edge/telemetry/store";
import { goLive } from "/tmp/wt/people/test/edge/support";
import { invocation } from "/tmp/wt/people/test/edge/telemetry/sample";
(async () => {
  const dir = "/tmp/people-live/state";
  const edge = await startEdge({ stateDir: dir, rateLimit: false });
  const versionId = await goLive(edge, "checkout", `export default { fetch(request) { return new Response("hello"); } };`);
  const account = edge.accountId;
  await edge.close();
  const db = new DatabaseSync(dir + "/edge.sqlite");
  for (const row of db.prepare("SELECT sequence, record FROM deployments").all() as any[]) {
    const record = JSON.parse(row.record);
    record.createdOn = new Date(Date.now() - 20 * 86400_000).toISOString();
    db.prepare("UPDATE deployments SET record = ? WHERE sequence = ?").run(JSON.stringify(record), row.sequence);
    console.log(record);
  }
  db.close();
  const store = new SqliteTelemetry(dir + "/telemetry.sqlite", {}, () => Date.now(), account);
  let seed = 1; const rnd = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const now = Date.now(); const events = [];
  for (let t = now - 26 * 3600_000; t < now; t += 300 + rnd() * 400) {
    const bad = rnd() < 0.002 || (new Date(t).getUTCHours() === 3 && rnd() < 0.05);
    events.push(invocation({ versionId, timestamp: Math.floor(t), requestId: "r" + t, status: bad ? 500 : 200, wallTimeMs: 20 + rnd() * rnd() * 300 }));
    if (events.length === 5000) store.record(events.splice(0));
  }
  store.record(events); store.close();
})();
