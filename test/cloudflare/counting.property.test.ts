import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type Cloudflare from "cloudflare";
import fc from "fast-check";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { add, noCounts, type Counts } from "../../provider/health/series";
import { planSchema } from "../../provider/plan/schema";
import type { Dependencies, Release } from "../../provider/rollout/release";
import { observe } from "../../provider/rollout/look/observe";
import { nothingObserved } from "../../provider/rollout/look/observation";
import { FakeDeployments } from "../fakes/deployments";
import { RecordingProgress } from "../fakes/progress";
import { forbiddenWitness } from "../fakes/witness";
import { clientAnsweredBy, LiveTelemetry, visit, type Unknowns } from "./live/model";
import { invocation } from "../edge/telemetry/sample";

/** A request that was sent, and how long its telemetry took. */
interface Sent {
  readonly isNew: boolean;
  /** How far into what is looked at, from 0 to 1. */
  readonly at: number;
  readonly delayMs: number;
  readonly outcome: "ok" | "exception";
  readonly status: number;
}

const midnight = Date.UTC(2026, 8, 29);

/** For how many buckets requests are sent. */
const buckets = 45;
const longestDelayMs = 60_000;

const sent: fc.Arbitrary<Sent> = fc.record({
  isNew: fc.boolean(),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  delayMs: fc.integer({ min: 0, max: longestDelayMs }),
  outcome: fc.constantFrom("ok", "ok", "ok", "exception"),
  status: fc.constantFrom(200, 200, 404, 500),
});

const unknowns: fc.Arbitrary<Unknowns> = fc.record({
  firstBuckets: fc.constantFrom("unlisted", "lost", "listed"),
  granularity: fc.constantFrom("obeyed", "ignored"),
  count: fc.constantFrom("estimate", "stored"),
  mostGroups: fc.constantFrom(2, 3, 4, 5, 10, 2000),
});

function releaseAt(startedAt: number, widthSeconds: number): Release {
  const plan = planSchema.parse({
    slos: [{ sli: "serverErrors", max: 0.01 }],
    stages: [{ percent: 100, soakTime: "1h" }],
    pollInterval: `${widthSeconds}s`,
  });
  const versions = { newVersionId: "new", oldVersionId: "old" };
  return { id: "r", run: "r", owner: "o", scriptName: "checkout", retry: "", plan, ...versions, startedAt };
}

/** Everything that was served, by the eyes of a release that looks until nothing is on its way any more. */
async function seenOf(release: Release, client: Cloudflare, clock: { time: number }): Promise<Counts[]> {
  const now = () => clock.time;
  const outside: Dependencies = {
    telemetry: {
      ...cloudflareTelemetry(client, { accountId: "acc", scriptName: "checkout" }),
      // Where nothing was served, it is asked whether anything could have been seen.
      readiness: () => Promise.resolve({ blindBecause: undefined, warnings: [] }),
    },
    witness: forbiddenWitness,
    deployments: new FakeDeployments({ now }),
    probes: { observe: () => Promise.resolve({ results: [], troubles: [] }) },
    // Only a deadline sleeps, and none passes.
    clock: { now, sleep: () => new Promise(() => undefined) },
    progress: new RecordingProgress(),
    interruption: new AbortController().signal,
    random: () => 0.5,
  };
  let observation = nothingObserved(release, undefined, clock.time, true);
  const end = release.startedAt + longestDelayMs + (buckets + 2) * release.plan.pollIntervalMs;
  for (; clock.time <= end; clock.time += release.plan.pollIntervalMs) {
    observation = await observe(release, observation, outside);
    // After the last request nothing comes any more, which a release notices.
    assert.deepEqual(
      observation.troubles.filter((trouble) => !/shows no request/.test(trouble)),
      [],
    );
  }
  const [series = []] = observation.series;
  return [series.map((bucket) => bucket.new), series.map((bucket) => bucket.old)].map((counts) =>
    counts.reduce(add, noCounts),
  );
}

/** What has been served, by those who have sent it. */
function countsOf(requests: readonly Sent[]): Counts[] {
  return [true, false].map((isNew) => {
    const own = requests.filter((one) => one.isNew === isNew);
    return { valid: own.length, bad: own.filter((one) => one.outcome !== "ok" || one.status >= 500).length };
  });
}

function timeOf({ at }: Sent, { startedAt, plan }: Release): number {
  return startedAt + Math.round(at * buckets * plan.pollIntervalMs);
}

/**
 * Found by chance: one of the first, unlisted buckets has more groups than an answer holds, so nobody can tell what is
 * in it.
 */
const tooManyGroupsUnlisted: [number, number, Sent[], Unknowns] = [
  117_000,
  1,
  [
    { isNew: true, at: 0, delayMs: 0, outcome: "ok", status: 200 },
    ...(["ok", "ok", "exception", "ok"] as const).map((outcome) => ({
      ...{ isNew: false, at: 0, delayMs: 1, status: 200 },
      outcome,
    })),
  ],
  { firstBuckets: "unlisted", granularity: "ignored", count: "estimate", mostGroups: 2 },
];

const offsets = fc.integer({ min: 0, max: 600_000 });
const widths = fc.constantFrom(1, 3, 7, 10, 30, 300);
const requestsSent = fc.array(sent, { minLength: 1, maxLength: 120 });

describe("what a release counts is what was sent, to the request, whenever it began and however late telemetry is,", function () {
  this.timeout(120_000);

  it("whatever the live API does", async () => {
    await fc.assert(
      fc.asyncProperty(offsets, widths, requestsSent, unknowns, async (offset, width, requests, is) => {
        const release = releaseAt(midnight + offset, width);
        const clock = { time: release.startedAt };
        const rows = requests.map((one) => {
          const at = timeOf(one, release);
          const fields = { "$workers.outcome": one.outcome, "$workers.event.response.status": one.status };
          return visit(one.isNew ? "new" : "old", at, { foundAt: at + one.delayMs, ...fields });
        });
        const live = new LiveTelemetry(rows, () => clock.time, is);
        assert.deepEqual(await seenOf(release, live.client(), clock), countsOf(requests));
      }),
      { numRuns: 40, examples: [tooManyGroupsUnlisted] },
    );
  });

  it("by the telemetry of the edge", async () => {
    await fc.assert(
      fc.asyncProperty(offsets, widths, requestsSent, fc.integer(), async (offset, width, requests, seed) => {
        const release = releaseAt(midnight + offset, width);
        const clock = { time: release.startedAt };
        const delays = { ingestDelayMs: [10_000, 45_000], seed } as const;
        const store = new SqliteTelemetry(":memory:", delays, () => clock.time, "acc");
        for (const one of requests) {
          const requestId = randomBytes(16).toString("hex");
          const versionId = one.isNew ? "new" : "old";
          const { outcome, status } = one;
          store.record([
            invocation({ timestamp: timeOf(one, release), requestId, versionId, outcome, status }),
            // What is not a visitor's request is not counted.
            invocation({
              timestamp: timeOf(one, release),
              requestId: `${requestId}0`,
              versionId,
              executionModel: "durableObject",
            }),
          ]);
        }
        const client = clientAnsweredBy((query) => store.query(query));
        assert.deepEqual(await seenOf(release, client, clock), countsOf(requests));
        store.close();
      }),
      { numRuns: 10 },
    );
  });
});
