import assert from "node:assert/strict";
import { ask, goLive, invocationsOf, saying, until, useEdge, type Row } from "./support";

const AN_HOUR = 3_600_000;

describe("the realism of an edge", function () {
  this.timeout(120_000);
  const late = useEdge({ realism: { ingestDelayMs: [2_000, 2_500] } });
  const told = useEdge({ realism: { ingestDelayMs: [AN_HOUR, AN_HOUR] }, telemetry: { ingestDelayMs: 0 } });

  async function seenOf(it: typeof late): Promise<Row> {
    await goLive(it.edge, "late", saying("hello"));
    await ask(it.edge, "late");
    return until("the invocation", async () => (await invocationsOf(it.edge, "late"))[0]);
  }

  it("hides an invocation for as long as it says", async () => {
    const { timestamp } = await seenOf(late);
    assert.ok(Date.now() - timestamp >= 2_000);
  });

  it("gives way to what is said of telemetry in particular", async () => {
    await seenOf(told);
  });
});
