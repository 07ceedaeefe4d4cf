import type { Sli } from "../../provider/health/sli";
import { VirtualClock } from "../fakes/clock";
import { FakeDeployments } from "../fakes/deployments";
import { FakeTelemetry, type Traffic } from "../fakes/telemetry";
import { FakeWitness, forbiddenWitness } from "../fakes/witness";
import { newVersion, oldVersion } from "../rollout/simulate";
import { deploymentsContract, type DeployableWorker } from "./deployments.contract";
import { telemetryContract, type Behaviour, type Load, type ObservedWorker } from "./telemetry.contract";
import { witnessContract, type WitnessedWorker } from "./witness.contract";

describe("the fake deployments keep the contract", () => {
  deploymentsContract(fakeDeployable);
});

describe("the fake telemetry keeps the contract", () => {
  telemetryContract(fakeObserved);
});

describe("the fake metrics keep the contract", () => {
  witnessContract(fakeWitnessed);
});

function fakeDeployable(): Promise<DeployableWorker> {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  deployments.upload(oldVersion);
  deployments.unknown.add("unknown");
  const ofNoWorker = new FakeDeployments(clock);
  ofNoWorker.exists = false;
  return Promise.resolve({
    deployments,
    ofNoWorker,
    oldVersionId: oldVersion,
    newVersionId: newVersion,
    unknownVersionId: "unknown",
  });
}

/** Two versions with half of the traffic each, which serve what they are told to. */
function fakeServing() {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  deployments.foreign([
    { versionId: "new", percent: 50 },
    { versionId: "old", percent: 50 },
  ]);
  const served = new Map<number, Load>();
  const traffic: Traffic = {
    // All of them within half a second, the first bucket of their span: both versions get as many.
    requestsPerSecond: (elapsedMs) => 4 * (served.get(elapsedMs)?.requests ?? 0),
    badShare: (versionId, sli, elapsedMs) => {
      const load = served.get(elapsedMs);
      return load ? share(versionId === "new" ? load.new : load.old, sli) : 0;
    },
  };
  const serve = async (load: Load) => {
    served.set(clock.elapsed(), load);
    const from = clock.now();
    await clock.sleep(1000);
    return { from, to: clock.now() };
  };
  return { clock, deployments, traffic, serve };
}

const versionIds = { oldVersionId: "old", newVersionId: "new" };

function fakeObserved(): Promise<ObservedWorker> {
  const { clock, deployments, traffic, serve } = fakeServing();
  const blind = new FakeTelemetry(clock, deployments, traffic);
  blind.blindBecause = "observability is off";
  return Promise.resolve({
    telemetry: new FakeTelemetry(clock, deployments, traffic),
    blind,
    ...versionIds,
    serve: async (load) => ({ ...(await serve(load)), bucketMs: 500 }),
  });
}

function fakeWitnessed(): Promise<WitnessedWorker> {
  const { clock, deployments, traffic, serve } = fakeServing();
  const witness = new FakeWitness(clock, deployments, traffic, { delayMs: 0, bucketMs: 500 });
  witness.error = undefined;
  return Promise.resolve({ witness, forbidden: forbiddenWitness, ...versionIds, serve });
}

/** Which share of a version's requests is bad when it does the same with all of them. */
function share(behaviour: Behaviour, sli: Sli): number {
  switch (sli.kind) {
    case "serverErrors":
      return behaviour === "status500" || behaviour === "throws" ? 1 : 0;
    case "exceptions":
      return behaviour === "throws" ? 1 : 0;
    case "wallTime":
      return behaviour === "slow" && sli.limitMs < 50 ? 1 : 0;
    case "cpuTime":
    case "canceled":
      return 0;
    case "status":
      return behaviour === "status500" && sli.statuses.some(({ from, to }) => from <= 500 && 500 <= to)
        ? 1
        : 0;
    case "custom":
      return behaviour === "status500" ? 1 : 0;
    default:
      return sli satisfies never;
  }
}
