import assert from "node:assert/strict";
import { carryOut } from "../../provider/cli/carryOut";
import { abort, approve, type Order } from "../../provider/rollout/operator";
import { PortError, type Deployment } from "../../provider/rollout/ports";
import { VirtualClock } from "../fakes/clock";
import { FakeDeployments } from "../fakes/deployments";
import { all, newVersion, oldVersion, otherVersion } from "../rollout/simulate";
import { aRecord, between, unavailable } from "../rollout/situations";

/** A Worker whose release waits at 50 % for an approval to go to 100 %. */
function waiting(): { clock: VirtualClock; deployments: FakeDeployments } {
  const clock = new VirtualClock();
  const deployments = new FakeDeployments(clock);
  const record = aRecord({ phase: "wait", stages: 2, startedAt: clock.now(), next: 100 });
  deployments.foreign(all(oldVersion));
  deployments.recorded(between(oldVersion, newVersion, 50), "waits", record);
  return { clock, deployments };
}

function order({ clock, deployments }: ReturnType<typeof waiting>, ordered: typeof approval) {
  return carryOut({ clock, deployments, past: deployments }, "checkout", ordered);
}

const approval = (active: Deployment | undefined): Order => approve("checkout", active, "jo", 0);
const abortion = (active: Deployment | undefined): Order => abort("checkout", active, "jo", undefined);

describe("what a person orders on the command line", () => {
  it("is written once, by what is deployed right then", async () => {
    const { clock, deployments } = waiting();
    await order({ clock, deployments }, approval);
    assert.equal(deployments.made.length, 3);
    assert.equal(deployments.percentAt(newVersion, clock.now()), 100);
  });

  for (const moment of ["before", "after", "read"] as const) {
    it(`is tried again after a failure (${moment}), and found when only its answer was lost`, async () => {
      const { clock, deployments } = waiting();
      deployments.failNext(moment, unavailable());
      await order({ clock, deployments }, approval);
      assert.equal(deployments.made.length, 3);
    });
  }

  it("is given up after half a minute, and it is said that it may have been carried out", async () => {
    const { clock, deployments } = waiting();
    for (let times = 0; times < 100; times++) deployments.failNext("before", unavailable());
    await assert.rejects(
      order({ clock, deployments }, approval),
      /did not answer\. It is not known whether the order was carried out: `workers-release status` tells\./,
    );
    assert.ok(clock.elapsed() <= 30_000);
  });

  it("is given up at once when it is refused", async () => {
    const { clock, deployments } = waiting();
    deployments.failNext("before", new PortError("refused", "not allowed (10000)"));
    await assert.rejects(order({ clock, deployments }, approval), /^Error: not allowed \(10000\)$/);
    assert.equal(clock.elapsed(), 0);
  });

  it("is not carried out by a list that lags behind what has ended the release", async () => {
    const { clock, deployments } = waiting();
    await clock.sleep(1000);
    deployments.foreign(all(otherVersion));
    const active = deployments.active.bind(deployments);
    let readings = 0;
    deployments.active = () => {
      readings += 1;
      // The second reading shows what the first one no longer did.
      return readings === 2 ? Promise.resolve(deployments.made[1]) : active();
    };
    await assert.rejects(order({ clock, deployments }, approval), /There is nothing to approve/);
    assert.deepEqual(deployments.made[0]?.split, all(otherVersion));
  });

  it("puts the old version back even where a secret has changed since", async () => {
    const { clock, deployments } = waiting();
    deployments.outdated.add(oldVersion);
    await order({ clock, deployments }, abortion);
    assert.deepEqual(deployments.made[0]?.split, all(oldVersion));
  });
});
