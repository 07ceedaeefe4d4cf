import assert from "node:assert/strict";
import { Receiver } from "../notify/receiver";
import { healthy, plan, useWorkers } from "./worker";

const secret = "T0123/very-secret";

describe("a release that tells others", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  it("sends its events, hides their addresses, and goes on where nobody takes them", async () => {
    const [open, broken] = [await Receiver.start(), await Receiver.start((response) => response.destroy())];
    const worker = await opened.worker("told");
    const versionId = await worker.upload(healthy);
    worker.stack.environment = { OPEN: `${open.origin}/${secret}`, BROKEN: `${broken.origin}/${secret}` };
    worker.stack.write(`
      const { Release } = require("pulumi-workers-release");
      const { OPEN, BROKEN } = process.env;
      new Release("release", {
        ...${JSON.stringify({ scriptName: worker.name, versionId, plan })},
        notify: [{ url: OPEN, on: ["started", "stage", "completed"] }, { url: BROKEN }],
      });`);
    const { code, output } = await worker.stack.up();
    await Promise.all([open.stop(), broken.stop()]);
    assert.equal(code, 0, output);
    const types = open.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    assert.deepEqual(
      types.map((type) => type.replace("workers-release.", "")),
      ["started", "stage", "stage", "completed"],
    );
    assert.ok(
      output.includes(
        `Warning: ${broken.origin} was not told of the event "started": it could not be reached`,
      ),
      output,
    );
    assert.ok(!worker.stack.tells(secret), "no state, no file and no line holds the address");
  });
});
