import type { Sli } from "../../provider/health/sli";
import { VirtualClock } from "../fakes/clock";
import { FakeDeployments } from "../fakes/deployments";
import { FakeTelemetry } from "../fakes/telemetry";
import { newVersion, oldVersion } from "../rollout/simulate";
import { deploymentsContract, type DeployableWorker } from "./deployments.contract";
import { telemetryContract, type Behaviour, type Load, type ObservedWorker } from "./telemetry.contract";

describe("the fake deployments keep the contract", () => {
  deploymentsContract(fakeDeployable);
});

describe("the fake telemetry keeps the contract", () => {
  telemetryContract(fakeObserved);
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

function fakeObserved(): Promise<ObservedWorker> {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  deployments.foreign([
    { versionId: "new", percent: 50 },
    { versionId: "old", percent: 50 },
  ]);
  let load: Load = { requests: 0, old: "ok", new: "ok" };
  let since = 0;
  const traffic = {
    // All of them within half a second, the first bucket of their span: both versions get as many.
    requestsPerSecond: (elapsedMs: number) => (elapsedMs === since ? 4 * load.requests : 0),
    badShare: (versionId: string, sli: Sli) => share(versionId === "new" ? load.new : load.old, sli),
  };
  const blind = new FakeTelemetry(clock, deployments, traffic);
  blind.blindBecause = "observability is off";
  return Promise.resolve({
    telemetry: new FakeTelemetry(clock, deployments, traffic),
    blind,
    oldVersionId: "old",
    newVersionId: "new",
    async serve(wanted) {
      load = wanted;
      since = clock.elapsed();
      const from = clock.now();
      await clock.sleep(1000);
      return { from, to: clock.now(), bucketMs: 500 };
    },
  });
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
