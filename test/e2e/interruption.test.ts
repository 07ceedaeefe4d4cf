import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../edge/support";
import { endOfProviders, halfWay } from "./halfWay";
import { processesOf } from "./processes";
import type { Ran, Running, Stack } from "./stack";
import { useWorkers, type Worker } from "./worker";

/** Whether there is `script` of util-linux, which opens terminals. */
const terminals = spawnSync("script", ["--version"]).status === 0;

/** What Ctrl-C is to a terminal. */
const ctrlC = "\x03";

describe("a pulumi up that is stopped in the middle of a release", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  /** Releases a healthy version, stops that at half of the traffic, and waits until the traffic is back. */
  async function stopped(
    name: string,
    stop: (up: Running, worker: Worker) => unknown,
    start?: (stack: Stack) => Running,
  ): Promise<{ worker: Worker; ran: Ran }> {
    const { worker, up } = await halfWay(await opened.worker(name), start ? { start } : {});
    await stop(up, worker);
    const active = await worker.until(
      "the old version alone",
      ({ split }) => split[worker.oldVersion] === 100,
    );
    assert.match(active.message, /^Release of .*: interrupted in stage 1 of 2 \(50 %\)/);
    await endOfProviders(worker);
    return { worker, ran: await up.ended };
  }

  /** It was no verdict: the version can be released again, from the first stage. */
  async function assertReleasedNext(worker: Worker): Promise<void> {
    const [newVersion = ""] = Object.keys((await worker.deployments())[1]?.split ?? {}).filter(
      (version) => version !== worker.oldVersion,
    );
    worker.program({ versionId: newVersion });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 0, 0, 50, 100, 100]);
  }

  /** Pulumi waited for the release, and remembers what came of it. */
  async function assertRemembered(worker: Worker, { code, output }: Ran): Promise<void> {
    assert.equal(code, 1, output);
    assert.match(
      output,
      /\* Release of .*: interrupted in stage 1 of 2 \(50 %\), .* into the stage\. All traffic is back on the old version .*\. That is no verdict on the version\. The next `pulumi up` releases it from the first stage\./,
    );
    assert.equal((await worker.stack.release()).outputs["status"], "inconclusive");
    assert.deepEqual(await worker.stack.pending(), []);
  }

  for (const [what, signal] of [
    ["by Ctrl-C", "SIGINT"],
    ["by SIGTERM, as CI does it,", "SIGTERM"],
  ] as const) {
    it(`${what} puts the traffic back, says so, and releases the version the next time`, async () => {
      const { worker, ran } = await stopped(signal.toLowerCase(), (up) => up.process.kill(signal));
      await assertRemembered(worker, ran);
      await assertReleasedNext(worker);
    });
  }

  it("by Ctrl-C twice, where Pulumi waits for nothing, puts the traffic back all the same", async () => {
    const { worker, ran } = await stopped("impatient", async (up) => {
      up.process.kill("SIGINT");
      await until("the answer to the first", () => (up.output().includes("^C received") ? true : undefined));
      up.process.kill("SIGINT");
    });
    assert.notEqual(ran.code, 0, ran.output);
    await assertReleasedNext(worker);
  });

  it("as GitHub Actions does it puts the traffic back in the ten seconds there are, telemetry or not", async () => {
    const { worker } = await stopped("actions", async (up, { stack }) => {
      const query = { method: "POST", path: "/accounts/*/workers/observability/telemetry/query" } as const;
      const late = { route: query, times: "always", answer: { kind: "late", ms: 60_000 } } as const;
      opened.edge.faults.set([late]);
      // One look that waits for its answer.
      await until("a query", () => (opened.edge.faults.report()[0]?.struck ? true : undefined));
      const ended = up.ended.then(() => undefined);
      signalGroup(up, "SIGINT");
      await Promise.race([ended, delay(7500)]);
      signalGroup(up, "SIGTERM");
      await Promise.race([ended, delay(2500)]);
      for (const pid of processesOf(stack.folder)) process.kill(pid, "SIGKILL");
      opened.edge.faults.clear();
    });
    await assertReleasedNext(worker);
  });

  describe("in a terminal", () => {
    before(function () {
      if (!terminals) this.skip();
    });
    const start = (stack: Stack): Running => stack.startUpInTerminal();

    it("by Ctrl-C puts the traffic back, and says so", async () => {
      const { worker, ran } = await stopped("typed", (up) => up.process.stdin?.write(ctrlC), start);
      await assertRemembered(worker, ran);
    });

    it("by Ctrl-C twice puts the traffic back all the same", async () => {
      const { worker, ran } = await stopped(
        "typed-twice",
        async (up) => {
          up.process.stdin?.write(ctrlC);
          await until("the answer", () => (up.output().includes("^C received") ? true : undefined));
          up.process.stdin?.write(ctrlC);
        },
        start,
      );
      assert.notEqual(ran.code, 0, ran.output);
      await assertReleasedNext(worker);
    });

    it("by closing the terminal leaves a provider that puts the traffic back, and then ends", async () => {
      const { worker } = await stopped("closed", (up) => up.process.kill("SIGKILL"), start);
      await worker.stack.succeed("cancel", "--yes");
      await assertReleasedNext(worker);
    });
  });
});

/** Sends a signal to all in the process group of a command; those that Pulumi starts have groups of their own. */
function signalGroup({ process: { pid } }: Running, signal: NodeJS.Signals): void {
  assert(pid !== undefined);
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // They have ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
