import assert from "node:assert/strict";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import { systemClock } from "../../provider/pulumi/clock";
import type { Outcome } from "../../provider/rollout/outcome";
import { run } from "../../provider/rollout/run";
import type { EdgeOptions } from "../../edge";
import { addVersion, goLive, useEdge, type Metadata } from "../edge/support";
import { atOnce } from "../fakes/plans";
import { RecordingProgress } from "../fakes/progress";
import { Load } from "./load";

/** Answers what the path of a request asks of a version with this name. */
const script = (name: "old" | "new"): string => `
  const fails = (share) => Math.random() < share;
  export default {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const isNew = "${name}" === "new";
      if (pathname === "/incident" && fails(0.3)) return new Response("no", { status: 500 });
      if (pathname === "/new-fails" && isNew && fails(0.5)) return new Response("no", { status: 500 });
      if (pathname === "/new-stalls" && isNew && fails(0.2)) await scheduler.wait(400);
      return new Response("ok");
    }
  };
`;

const errors: ReleasePlan = {
  ...atOnce,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.02 }],
  stages: [
    { percent: 50, soakTime: "8s" },
    { percent: 100, soakTime: "3s" },
  ],
  pollInterval: "1s",
  minRequests: 20,
};

describe("a release on a local edge", function () {
  this.timeout(120_000);
  const live = useEdge();
  const busy = useEdge({ telemetry: { ingestDelayMs: 10_000 } } satisfies EdgeOptions);

  interface Case {
    readonly name: string;
    readonly on?: typeof live;
    readonly plan?: ReleasePlan;
    readonly path?: string;
    /** What is asked for from a moment on, in milliseconds after the begin. */
    readonly later?: readonly [afterMs: number, path: string];
    readonly perSecond?: number;
    readonly metadata?: Metadata;
  }

  async function released(given: Case): Promise<Outcome> {
    const { edge } = given.on ?? live;
    const { baseUrl, token: apiToken, accountId } = edge;
    await goLive(edge, given.name, script("old"), given.metadata);
    const versionId = await addVersion(edge, given.name, script("new"), given.metadata);
    const load = new Load(edge, given.name, given.perSecond);
    load.path = given.path ?? "/";
    const [afterMs, path] = given.later ?? [0, load.path];
    const change = setTimeout(() => (load.path = path), afterMs);
    const worker = { accountId, scriptName: given.name };
    const client = cloudflareClient({ apiToken, baseUrl });
    const plan = planSchema.parse(given.plan ?? errors);
    try {
      return await run(
        {
          releaseId: given.name,
          scriptName: given.name,
          versionId,
          retry: "",
          plan,
          findingBefore: undefined,
          owner: "tests",
          takeOver: undefined,
        },
        {
          deployments: cloudflareDeployments(client, worker),
          telemetry: cloudflareTelemetry(client, worker),
          witness: cloudflareMetrics(client, worker),
          probes: cloudflareProbes(client, worker, systemClock),
          clock: systemClock,
          progress: new RecordingProgress(),
          interruption: new AbortController().signal,
          random: Math.random,
        },
      );
    } finally {
      clearTimeout(change);
      load.stop();
    }
  }

  // They wait for telemetry most of the time, so they run side by side.
  const outcomes = new Map<string, Promise<Outcome>>();
  const cases: readonly Case[] = [
    { name: "late", later: [5000, "/new-fails"] },
    {
      name: "stalls",
      path: "/new-stalls",
      plan: { ...errors, slos: [...errors.slos, { sli: "wallTime", percentile: 99, limit: "300ms" }] },
    },
    {
      name: "incident",
      path: "/incident",
      plan: { ...errors, slos: [{ sli: "serverErrors", maxIncrease: 2 }] },
    },
    { name: "idle", perSecond: 1, path: "/" },
    { name: "idle-goes-on", perSecond: 1, plan: { ...errors, whenUnsure: "progress" } },
  ];
  before(() => {
    for (const each of cases) outcomes.set(each.name, released(each));
    const sampled = { observability: { enabled: true, head_sampling_rate: 0.1 } };
    const slowly: ReleasePlan = {
      ...errors,
      minRequests: 10,
      stages: [
        { percent: 50, soakTime: "20s" },
        { percent: 100, soakTime: "15s" },
      ],
    };
    for (const [name, path] of [
      ["delayed-and-well", "/"],
      ["delayed-and-bad", "/new-fails"],
    ] as const) {
      outcomes.set(name, released({ name, path, on: busy, plan: slowly, metadata: sampled }));
    }
  });

  async function outcomeOf(name: string): Promise<Outcome> {
    const outcome = await outcomes.get(name);
    assert(outcome);
    return outcome;
  }

  it("of a version that turns bad in the middle of a soak is aborted in that soak", async () => {
    const { status, reason } = await outcomeOf("late");
    assert.equal(status, "aborted", reason);
    assert.match(reason, /SLO "5xx" violated in stage 1 of 2 \(50 %\)/);
  });

  it("of a version that is slow for 1 in 5 requests only is aborted for its p99", async () => {
    const { status, reason, stages } = await outcomeOf("stalls");
    assert.equal(status, "aborted", reason);
    assert.match(reason, /SLO "p99 wallTime" violated .* requests took longer than 300ms .*, limit 1 %/);
    assert.notEqual(stages[0]?.slos[0]?.verdict, "violated");
  });

  it("during an incident that hits both versions is completed where the SLO is relative", async () => {
    const { status, reason, stages } = await outcomeOf("incident");
    assert.equal(status, "completed", reason);
    const [slo] = stages[0]?.slos ?? [];
    assert.ok(slo && slo.measured > 0.1 && (slo.oldMeasured ?? 0) > 0.1, JSON.stringify(slo));
  });

  it("with almost no traffic is not judged by it: put back as too little, or gone on with where the plan says so", async () => {
    const { status, reason } = await outcomeOf("idle");
    assert.equal(status, "inconclusive");
    assert.match(reason, /too little to judge SLO "5xx" .* \(minRequests\)/);
    const goesOn = await outcomeOf("idle-goes-on");
    assert.equal(goesOn.status, "completed", goesOn.reason);
  });

  it("whose telemetry comes 10 s late and has 1 in 10 requests is judged all the same", async () => {
    const bad = await outcomeOf("delayed-and-bad");
    assert.equal(bad.status, "aborted", bad.reason);
    assert.match(bad.reason, /SLO "5xx" violated/);
    const well = await outcomeOf("delayed-and-well");
    assert.equal(well.status, "completed", well.reason);
    const [slo] = well.stages[0]?.slos ?? [];
    // Counted is what was stored, not what it stands for.
    assert.ok(slo && slo.valid < 200, JSON.stringify(slo));
  });
});
