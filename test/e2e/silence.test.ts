import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { noBaseline } from "../../provider/health/past";
import { validIn } from "../../provider/health/series";
import { planSchema } from "../../provider/plan/schema";
import { nothingObserved, type Observation } from "../../provider/rollout/look/observation";
import { observe } from "../../provider/rollout/look/observe";
import type { Dependencies, Release } from "../../provider/rollout/release";
import { RecordingProgress } from "../fakes/progress";
import { addVersion, ask, deploy, goLive, saying, until, useEdge } from "../edge/support";

const second = 1000;
const minute = 60 * second;

const plan = planSchema.parse({
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "10m" },
    { percent: 100, soakTime: "10m" },
  ],
  pollInterval: "1s",
});

// A release that has seen visitors, and then looks again three minutes later by its own clock: the edge is not that late.
describe("a release whose telemetry shows nothing any more", function () {
  this.timeout(180_000);
  const live = useEdge({
    token: "everything",
    tokens: [{ token: "no-analyst", scopes: ["workers_scripts:write", "workers_observability:read"] }],
  });

  /** A Worker whose versions have each served 20 requests, as a release has seen it. */
  async function seen(scriptName: string, token = "everything") {
    const { edge } = live;
    const oldVersionId = await goLive(edge, scriptName, saying("old"));
    const newVersionId = await addVersion(edge, scriptName, saying("new"));
    await deploy(edge, scriptName, { [oldVersionId]: 50, [newVersionId]: 50 });
    const startedAt = Date.now() - 10 * minute;
    const names = { id: "r", run: "r", owner: "o", scriptName, retry: "" };
    const release: Release = { ...names, plan, newVersionId, oldVersionId, startedAt };
    const worker = { accountId: edge.accountId, scriptName };
    const client = cloudflareClient({ apiToken: token, baseUrl: edge.baseUrl });
    let aheadMs = 0;
    const clock = { now: () => Date.now() + aheadMs, sleep: (ms: number) => pause(ms) };
    const outside: Dependencies = {
      deployments: cloudflareDeployments(client, worker),
      telemetry: cloudflareTelemetry(client, worker),
      witness: cloudflareMetrics(client, worker),
      probes: cloudflareProbes(client, worker, clock),
      clock,
      progress: new RecordingProgress(),
      interruption: new AbortController().signal,
      random: Math.random,
    };
    const active = await outside.deployments.active();
    assert(active);
    // It was deployed long ago, and a request a second is usual.
    const usual = { perMs: 1 / second, lowestPerMs: 1 / second, burst: 1 };
    let observation: Observation = {
      ...nothingObserved(release, { ...active, createdAt: startedAt }, startedAt, true),
      baselines: [{ ...noBaseline, usual }],
    };
    const serve = async () => {
      for (const version of [oldVersionId, newVersionId]) {
        const headers = { "cloudflare-workers-version-overrides": `${scriptName}="${version}"` };
        for (let sent = 0; sent < 20; sent += 1) await ask(edge, scriptName, { headers });
      }
    };
    const recorded = (requests: number) =>
      until(`${requests} requests`, async () => {
        const to = Math.ceil(Date.now() / second) * second;
        const span = { from: to - 4 * minute, to, bucketMs: second };
        const query = { slis: [{ kind: "exceptions" as const }], newVersionId, oldVersionId, ...span };
        const [series = []] = await outside.telemetry.read(query);
        return validIn(series) >= requests ? true : undefined;
      });
    const counted = (requests: number) =>
      until(`${requests} requests in the metrics`, async () => {
        const spans = [{ from: startedAt, to: Date.now() + minute }];
        const [served] = await outside.witness.count({ newVersionId, oldVersionId, spans });
        return served && served.new.valid + served.old.valid >= requests ? true : undefined;
      });
    await serve();
    await recorded(40);
    observation = await observe(release, observation, outside);
    const { arrivedAt } = observation;
    // What comes later comes in other buckets than what has been seen, whatever these begin with.
    await pause(10 * second - (Date.now() % (10 * second)));
    return {
      arrivedAt,
      newVersionId,
      serve,
      recorded,
      counted,
      later: async () => {
        aheadMs = 3 * minute;
        observation = { ...observation, active: { ...active, createdAt: startedAt } };
        return observe(release, observation, outside);
      },
    };
  }

  type Seen = Awaited<ReturnType<typeof seen>>;
  const workers: Record<string, Seen> = {};
  const worker = (name: string): Seen => {
    const found = workers[name];
    assert(found);
    return found;
  };
  // Side by side: each waits some seconds.
  before(async () => {
    const names = ["unrecorded", "unserved", "one-version", "forbidden"];
    const token = (name: string) => (name === "forbidden" ? "no-analyst" : "everything");
    await Promise.all(names.map(async (name) => (workers[name] = await seen(name, token(name)))));
  });
  afterEach(() => {
    live.edge.faults.set([]);
  });

  it("is blind where the metrics show requests", async () => {
    const { arrivedAt, serve, counted, later } = worker("unrecorded");
    live.edge.faults.set([{ ingestion: "stopped" }]);
    await serve();
    await counted(80);
    const { telemetry, testimony, seenUntil } = await later();
    assert.equal(testimony?.finding, "unrecorded");
    assert.match(
      telemetry.trouble,
      /shows no request of either version, though Cloudflare's metrics have counted 20 of the new version and 20 of the old one/,
    );
    assert.deepEqual([telemetry.answeredAt, seenUntil], [arrivedAt, arrivedAt]);
  });

  it("is not blind where they show none", async () => {
    const { arrivedAt, later } = worker("unserved");
    live.edge.faults.set([{ ingestion: "stopped" }]);
    const { telemetry, testimony, seenUntil, troubles } = await later();
    assert.deepEqual([testimony?.finding, telemetry.failures, troubles], ["unserved", 0, []]);
    assert.ok(seenUntil > arrivedAt);
  });

  it("is blind where one version's requests are missing that they show", async () => {
    const { newVersionId, serve, recorded, counted, later } = worker("one-version");
    live.edge.faults.set([{ ingestion: { loses: newVersionId } }]);
    await serve();
    await recorded(60);
    await counted(80);
    const { telemetry, testimony } = await later();
    assert.deepEqual([testimony?.of, testimony?.finding], ["new", "unrecorded"]);
    assert.deepEqual(testimony?.witnessed?.new.valid, 20);
    assert.match(telemetry.trouble, /shows no request of the new version, though/);
  });

  it("is blind where the token may not read them, and says which permission would help", async () => {
    const { telemetry } = await worker("forbidden").later();
    assert.match(
      telemetry.trouble,
      /about \d+ a minute were usual.*could not be asked which: .*"Account Analytics Read"/,
    );
  });
});
