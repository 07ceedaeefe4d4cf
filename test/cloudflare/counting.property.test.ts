import assert from "node:assert/strict";
import fc from "fast-check";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { add, noCounts, type Counts } from "../../provider/health/series";
import { planSchema } from "../../provider/plan/schema";
import type { Outside, Release } from "../../provider/rollout/release";
import { look, nothingSeen } from "../../provider/rollout/sight";
import type { State } from "../../provider/rollout/state";
import { FakeDeployments } from "../fakes/deployments";
import { FakeInterruption } from "../fakes/clock";
import { RecordingProgress } from "../fakes/progress";
import { LiveTelemetry, visit, type Unknowns } from "./live/model";

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
});

function releaseAt(startedAt: number, widthSeconds: number): Release {
  const plan = planSchema.parse({
    slos: [{ sli: "serverErrors", max: 0.01 }],
    stages: [{ percent: 100, soakTime: "1h" }],
    pollInterval: `${widthSeconds}s`,
    maxBlindTime: "10m",
  });
  const versions = { newVersionId: "new", oldVersionId: "old" };
  return { id: "r", scriptName: "checkout", retry: "", plan, ...versions, startedAt };
}

/** Everything that was served, by the eyes of a release that looks until nothing is on its way any more. */
async function seenOf(release: Release, api: LiveTelemetry, clock: { time: number }): Promise<Counts[]> {
  const now = () => clock.time;
  const outside: Outside = {
    telemetry: cloudflareTelemetry(api.client(), { accountId: "acc", scriptName: "checkout" }),
    deployments: new FakeDeployments({ now }),
    probes: { look: () => Promise.resolve({ results: [], troubles: [] }) },
    clock: { now, sleep: () => Promise.resolve() },
    progress: new RecordingProgress(),
    interruption: new FakeInterruption(),
  };
  const state: State = { phase: "soaking", stage: 0, since: release.startedAt, deploymentId: "d", past: [] };
  let sight = nothingSeen(release, undefined, clock.time);
  const end = release.startedAt + longestDelayMs + (buckets + 2) * release.plan.pollIntervalMs;
  for (; clock.time <= end; clock.time += release.plan.pollIntervalMs) {
    sight = await look(release, state, sight, outside);
    assert.deepEqual(sight.troubles, []);
  }
  const [series = []] = sight.series;
  return [series.map((bucket) => bucket.new), series.map((bucket) => bucket.old)].map((counts) =>
    counts.reduce(add, noCounts),
  );
}

describe("what a release counts", function () {
  this.timeout(120_000);

  it("is what was sent, to the request, whenever it began, however late telemetry is, whatever the live API does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 600_000 }),
        fc.constantFrom(1, 3, 7, 10, 30, 300),
        fc.array(sent, { minLength: 1, maxLength: 120 }),
        unknowns,
        async (offset, width, requests, is) => {
          const release = releaseAt(midnight + offset, width);
          const clock = { time: release.startedAt };
          const rows = requests.map(({ isNew, delayMs, outcome, status, ...one }) => {
            const at = release.startedAt + Math.round(one.at * buckets * width * 1000);
            const fields = { "$workers.outcome": outcome, "$workers.event.response.status": status };
            return visit(isNew ? "new" : "old", at, { foundAt: at + delayMs, ...fields });
          });
          const seen = await seenOf(release, new LiveTelemetry(rows, () => clock.time, is), clock);
          const counts = (isNew: boolean): Counts => {
            const own = requests.filter((one) => one.isNew === isNew);
            const bad = own.filter(({ outcome, status }) => outcome !== "ok" || status >= 500);
            return { valid: own.length, bad: bad.length };
          };
          assert.deepEqual(seen, [counts(true), counts(false)]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
