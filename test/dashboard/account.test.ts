import assert from "node:assert/strict";
import { accountPorts, type KnownPlans } from "../../provider/cli/dashboard/account";
import { Runs } from "../../provider/cli/dashboard/runs";
import { reach } from "../../provider/cli/dashboard/access";
import { NotThere } from "../../provider/dashboard/ports";
import { planSchema } from "../../provider/plan/schema";
import type { ReleasePlan } from "../../provider/plan/types";
import { addVersion, deploy, goLive, saying, until, useEdge } from "../edge/support";
import { atOnce } from "../fakes/plans";

/** It stays in its first stage. */
const slow: ReleasePlan = {
  ...atOnce,
  slos: [{ sli: "exceptions", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "1h" },
    { percent: 100, soakTime: "1h" },
  ],
  ...{ pollInterval: "1s", minRequests: 0 },
};

/** Plans by their names. */
function plansOf(plans: Readonly<Record<string, ReleasePlan>>): KnownPlans {
  return {
    named: (name) => {
      const given = plans[name];
      return given === undefined
        ? Promise.reject(new Error("none"))
        : Promise.resolve({ name, given, plan: planSchema.parse(given) });
    },
    of: () => Promise.resolve(undefined),
  };
}

describe("the account that a dashboard shows", () => {
  const live = useEdge();
  const hostOf = () => {
    const { baseUrl, token: apiToken, accountId } = live.edge;
    const access = reach({ baseUrl, apiToken }, accountId);
    const runs = new Runs(access);
    const plans = plansOf({ slow, kept: { ...slow, onInterrupt: "hold" } });
    return { runs, ports: accountPorts(access, plans, runs, "jo") };
  };

  it("has each Worker with what it serves, its history and its versions; others are not there", async () => {
    const versionId = await goLive(live.edge, "checkout", saying("hello"));
    const { ports } = hostOf();
    const seen = await ports.worker("checkout", undefined);
    assert.deepEqual(seen.view?.deployment?.split, [{ versionId, percent: 100, role: null }]);
    assert.equal(seen.view.release, null);
    const { workers } = await ports.account();
    assert.deepEqual(
      workers?.map(({ scriptName, view }) => [scriptName, view?.deployment?.split.length]),
      [["checkout", 1]],
    );
    assert.equal((await ports.history("checkout", 20)).history?.entries.length, 1);
    assert.deepEqual(
      (await ports.versions("checkout")).map((version) => version.versionId),
      [versionId],
    );
    await assert.rejects(ports.worker("nobody", undefined), NotThere);
    const proposal = await ports.propose("checkout", "abort");
    assert.match(proposal.kind === "refused" ? proposal.reason : "", /There is nothing to abort/);
  });

  it("stops a release with the dashboard that runs it: its traffic goes back, and that is told", async () => {
    const oldVersion = await goLive(live.edge, "stopped", saying("old"));
    const versionId = await addVersion(live.edge, "stopped", saying("new"));
    const { runs, ports } = hostOf();
    const start = { scriptName: "stopped", versionId, plan: "slow", args: {}, retry: undefined };
    assert.match(await ports.start(start), /stage 1 of 2 \(50 %\)/);
    const seen = await ports.worker("stopped", undefined);
    assert.deepEqual([seen.run?.isOver, seen.isOurs], [false, false]);
    const [ended] = await runs.stop();
    assert.match(ended?.line ?? "", /All traffic is back on/);
    const after = await ports.worker("stopped", undefined);
    assert.deepEqual([after.run?.isOver, after.run?.line], [true, ended?.line]);
    await assert.rejects(ports.start(start), /The dashboard is being stopped\. Nothing was started\./);
    const later = await hostOf().ports.worker("stopped", undefined);
    assert.equal(later.view?.deployment?.split.find(({ percent }) => percent === 100)?.versionId, oldVersion);
  });

  it("leaves a release split where its plan wants that, and the next dashboard goes on with it", async () => {
    await goLive(live.edge, "kept", saying("old"));
    const versionId = await addVersion(live.edge, "kept", saying("new"));
    const start = { scriptName: "kept", versionId, plan: "kept", args: {}, retry: undefined };
    const first = hostOf();
    await first.ports.start(start);
    const begun = (await first.ports.worker("kept", undefined)).view?.release;
    assert.match((await first.runs.stop())[0]?.line ?? "", /nobody watches it/);
    const second = hostOf();
    const left = await second.ports.worker("kept", undefined);
    assert.deepEqual([left.view?.release?.phase, left.isOurs], ["soaking", true]);
    await second.ports.start(start);
    const gone = await until("the run that goes on", async () => {
      const { view, isOurs } = await second.ports.worker("kept", undefined);
      return view?.release?.run === begun?.run ? undefined : { id: view?.release?.id, isOurs };
    });
    assert.deepEqual(gone, { id: begun?.id, isOurs: false });
    // Somebody else's deployment ends it, whoever watches.
    await deploy(live.edge, "kept", { [versionId]: 100 });
    await second.runs.stop();
  });
});
