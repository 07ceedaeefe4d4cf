import assert from "node:assert/strict";
import { accountPorts } from "../../provider/cli/dashboard/account";
import { Runs } from "../../provider/cli/dashboard/runs";
import { reach } from "../../provider/cli/dashboard/access";
import { NotThere } from "../../provider/dashboard/ports";
import { goLive, saying, useEdge } from "../edge/support";

describe("the account that a dashboard shows", () => {
  const live = useEdge();
  const portsOf = () => {
    const { baseUrl, token: apiToken, accountId } = live.edge;
    const access = reach({ baseUrl, apiToken }, accountId);
    const plans = { named: () => Promise.reject(new Error("none")), of: () => Promise.resolve(undefined) };
    return accountPorts(access, plans, new Runs(access), "jo");
  };

  it("has each Worker with what it serves, its history and its versions; others are not there", async () => {
    const versionId = await goLive(live.edge, "checkout", saying("hello"));
    const ports = portsOf();
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
});
