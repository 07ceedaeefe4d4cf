import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pulse } from "../../../edge/storage/pulse";
import { until } from "../support";

describe("the pulse of a process", () => {
  const folder = mkdtempSync(join(tmpdir(), "edge-pulse-"));
  const path = join(folder, "socket");
  let asked = 0;
  let hangs = false;
  const server = createServer((_request, response) => {
    asked += 1;
    if (!hangs) response.end();
  });

  before(() => {
    server.listen(path);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  it("is lost when it no longer answers, and not before", async () => {
    let lost = 0;
    const pulse = new Pulse(path, () => (lost += 1), 1_000, 1);
    await until("some answers", () => (asked > 5 ? true : undefined));
    assert.equal(lost, 0);
    hangs = true;
    await until("the loss", () => (lost > 0 ? true : undefined));
    pulse.stop();
  });
});
