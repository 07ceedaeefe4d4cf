import assert from "node:assert/strict";
import { ask, until } from "../edge/support";
import { endOfProviders, halfForLong, halfWay, providersOf, type HalfWay } from "./halfWay";
import { processesOf } from "./processes";
import type { Running } from "./stack";
import { faulty, healthy, useWorkers, type Worker } from "./worker";

describe("a release whose processes are killed with -9", function () {
  this.timeout(180_000);
  const opened = useWorkers();

  async function killed(
    name: string,
    victims: (way: HalfWay) => number[],
    source?: string,
  ): Promise<HalfWay> {
    const way = await halfWay(await opened.worker(name), source === undefined ? {} : { source });
    const pids = victims(way);
    assert.notDeepEqual(pids, []);
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await way.up.ended;
    return way;
  }

  const engine = ({ up }: HalfWay): number[] => (up.process.pid === undefined ? [] : [up.process.pid]);
  const provider = ({ worker }: HalfWay): number[] => providersOf(worker);
  const all = ({ worker }: HalfWay): number[] => processesOf(worker.stack.folder);

  /** The next `pulumi up` goes on in the stage where the last one died; that is all this waits for. */
  async function assertGoesOn(worker: Worker): Promise<void> {
    const up = worker.stack.startUp();
    await saying(up, "Going on with release");
    await saying(up, "stage 1/2 · 50 %");
    up.process.kill("SIGINT");
    const { output } = await up.ended;
    assert.equal((await worker.stack.release()).outputs["status"], "inconclusive", output);
    assert.deepEqual((await worker.active()).split, { [worker.oldVersion]: 100 });
  }

  function saying(up: Running, words: string): Promise<true> {
    return until(`"${words}"`, () => (up.output().includes(words) ? true : undefined));
  }

  it("of the CLI alone leaves a provider that puts the traffic back, and then ends", async () => {
    const { worker, newVersion } = await killed("cli", engine);
    const back = await worker.until("the old version alone", ({ split }) => split[worker.oldVersion] === 100);
    assert.match(back.message, /^Release of cli: interrupted in stage 1 of 2 \(50 %\)/);
    await endOfProviders(worker);

    // Pulumi's lock on the stack was left, too.
    const locked = await worker.stack.up();
    assert.match(locked.output, /locked by 1 lock.*delete the lock file with `pulumi cancel`/);
    await worker.stack.succeed("cancel", "--yes");
    assert.deepEqual(await worker.stack.pending(), ["creating release"]);
    worker.program({ versionId: newVersion });
    const { code, output } = await worker.stack.up();
    assert.equal(code, 0, output);
    assert.match(output, /warning: Attempting to deploy or update resources with 1 pending operation/);
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 0, 0, 50, 100, 100]);

    // The warning stays until the operation is told to be over.
    await worker.stack.succeed("refresh", "--yes", "--clear-pending-creates");
    assert.deepEqual(await worker.stack.pending(), []);
    assert.equal((await worker.stack.release()).outputs["status"], "completed");
  });

  it("of the CLI alone puts the traffic of every Worker back that the provider releases", async () => {
    const [one, two] = [await opened.worker("one"), await opened.worker("two")];
    const versions = [await one.upload(healthy), await two.upload(healthy)];
    const second = { scriptName: "two", versionId: versions[1], plan: halfForLong };
    one.program(
      { versionId: versions[0] ?? "", plan: halfForLong },
      `new Release("second", ${JSON.stringify(second)});`,
    );
    const up = one.stack.startUp();
    for (const [index, worker] of [one, two].entries()) {
      await worker.until("half of the traffic", ({ split }) => split[versions[index] ?? ""] === 50);
    }
    assert.equal(providersOf(one).length, 1);
    up.process.kill("SIGKILL");
    for (const worker of [one, two]) {
      await worker.until("the old version alone", ({ split }) => split[worker.oldVersion] === 100);
    }
    await endOfProviders(one);
  });

  it("of the provider alone fails pulumi up, and the next one goes on", async () => {
    const { worker, newVersion, up } = await killed("provider", provider);
    assert.equal((await up.ended).code, 1);
    assert.deepEqual((await worker.active()).split, { [worker.oldVersion]: 50, [newVersion]: 50 });
    assert.deepEqual(await worker.stack.pending(), []);
    await assertGoesOn(worker);
    assert.deepEqual(await worker.stack.pending(), []);
  });

  it("of everything leaves the split, and the next pulumi up goes on", async () => {
    const { worker, newVersion } = await killed("all", all);
    assert.deepEqual((await worker.active()).split, { [worker.oldVersion]: 50, [newVersion]: 50 });
    await worker.stack.succeed("cancel", "--yes");
    await assertGoesOn(worker);
  });

  it("of everything: the next pulumi up judges what happened meanwhile before it does anything else", async () => {
    const { worker, newVersion } = await killed("unwatched", all, faulty);
    for (let sent = 0; sent < 200; sent += 1) await ask(worker.edge, worker.name, { path: "/faulty" });
    await worker.stack.succeed("cancel", "--yes");
    const { code, output } = await worker.stack.up();
    assert.equal(code, 1, output);
    assert.match(output, /SLO "5xx" violated in stage 1 of 2 \(50 %\)/);
    assert.equal((await worker.stack.release()).outputs["status"], "aborted");
    assert.deepEqual(await worker.shares(newVersion), [0, 50, 0]);
  });
});
