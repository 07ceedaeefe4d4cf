import type { ReleasePlan } from "../../provider/plan/types";
import { planSchema } from "../../provider/plan/schema";
import { run } from "../../provider/rollout/run";
import type { Beginning } from "../../provider/rollout/startingPoint";
import type { Outcome } from "../../provider/rollout/outcome";
import type { Split } from "../../provider/rollout/ports";
import type { ReleaseRequest } from "../../provider/rollout/release";
import { VirtualClock } from "../fakes/clock";
import { FakeDeployments } from "../fakes/deployments";
import { atOnce } from "../fakes/plans";
import { FakeProbes } from "../fakes/probes";
import { RecordingProgress } from "../fakes/progress";
import { FakeTelemetry, type Traffic } from "../fakes/telemetry";
import { FakeWitness } from "../fakes/witness";

export const oldVersion = "00000000-0000-4000-8000-000000000001";
export const newVersion = "00000000-0000-4000-8000-000000000002";
export const otherVersion = "00000000-0000-4000-8000-000000000003";

export const seedPlan: ReleasePlan = {
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { sli: "wallTime", percentile: 99, limit: "500ms" },
  ],
  stages: [
    { percent: 0, soakTime: "1m" },
    { percent: 25, soakTime: "5m" },
    { percent: 50, soakTime: "10m" },
    { percent: 75, soakTime: "10m" },
    { percent: 100, soakTime: "15m" },
  ],
};

/** A Worker with 50 requests a second, whose versions all are well at half of every limit. */
export const quietTraffic: Traffic = { requestsPerSecond: () => 50, badShare: () => 0.005 };

/** The new version fails with `share` of its requests from `fromMs` on. */
export function badNewVersion(share: number, fromMs = 0): Traffic {
  return {
    requestsPerSecond: () => 50,
    badShare: (version, sli, elapsed) =>
      version === newVersion && sli.kind === "serverErrors" && elapsed >= fromMs ? share : 0.002,
  };
}

export interface World {
  readonly clock: VirtualClock;
  readonly deployments: FakeDeployments;
  readonly telemetry: FakeTelemetry;
  readonly witness: FakeWitness;
  readonly probes: FakeProbes;
  readonly progress: RecordingProgress;
  /** Aborts {@link interruption}. */
  readonly stop: AbortController;
  readonly interruption: AbortSignal;
  readonly random: () => number;
}

/** A Worker in virtual time whose old version has all traffic, unless `serving` says otherwise; `[]` is a Worker never deployed. */
export function world(traffic: Traffic = quietTraffic, serving: Split = all(oldVersion)): World {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  if (serving.length > 0) deployments.foreign(serving);
  const telemetry = new FakeTelemetry(clock, deployments, traffic);
  return {
    clock,
    deployments,
    telemetry,
    witness: new FakeWitness(clock, deployments, traffic),
    probes: new FakeProbes(clock),
    progress: new RecordingProgress(),
    ...stoppable(),
    random: () => 0.5,
  };
}

function stoppable(): Pick<World, "stop" | "interruption"> {
  const stop = new AbortController();
  return { stop, interruption: stop.signal };
}

/** The same Worker, for another run that nobody has interrupted. */
export function nextRun<Of extends World>(outside: Of): Of {
  return { ...outside, progress: new RecordingProgress(), ...stoppable() };
}

export function all(versionId: string): Split {
  return [{ versionId, percent: 100 }];
}

export function request(
  changes: Partial<Omit<ReleaseRequest, "plan">> & { plan?: ReleasePlan } = {},
): ReleaseRequest {
  const { plan = seedPlan, ...rest } = changes;
  return {
    releaseId: "r1",
    scriptName: "checkout",
    versionId: newVersion,
    retry: "",
    findingBefore: undefined,
    owner: "owner-1",
    takeOver: undefined,
    plan: planSchema.parse({ ...atOnce, ...plan }),
    ...rest,
  };
}

/** How a run begins that knows nothing yet. */
export function atFirst({ clock }: World): Beginning {
  return { begunAt: clock.now(), isAnew: false, known: undefined };
}

export function release(outside: World, changes: Parameters<typeof request>[0] = {}): Promise<Outcome> {
  return run(request(changes), outside);
}

/** The new version's share of the traffic in each deployment, oldest first. */
export function shares(outside: World, versionId = newVersion): number[] {
  return outside.deployments.made
    .map(({ split }) => split.find((share) => share.versionId === versionId)?.percent ?? 0)
    .reverse();
}
