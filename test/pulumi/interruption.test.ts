import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:http2";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../edge/support";
import { fakeEngine } from "./fakeEngine";

/** A provider process, and what it has told. */
class Provider {
  readonly told: string[] = [];
  readonly exited: Promise<unknown[]>;
  readonly #process: ChildProcess;
  #port: number | undefined;

  constructor(...args: string[]) {
    const fixture = join(__dirname, "fixtures", "working.ts");
    this.#process = fork(fixture, args, { execArgv: ["-r", "ts-node/register/transpile-only"] });
    this.exited = once(this.#process, "exit");
    this.#process.on("message", (message: string | number) => {
      if (typeof message === "number") this.#port = message;
      else this.told.push(message);
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async begin(release: string): Promise<void> {
    this.#process.send({ begin: release });
    await this.tells(`${release}: began`);
  }

  /** Ends a release, just after a signal if one is given. */
  async end(release: string, signal?: NodeJS.Signals): Promise<void> {
    this.#process.send({ end: release, signal });
    await this.tells(`${release}: ended`);
  }

  tells(what: string): Promise<true> {
    return until(`"${what}"`, () => (this.told.includes(what) ? true : undefined));
  }

  /** Calls it as the engine does at the first Ctrl-C. */
  async cancel(): Promise<void> {
    const port = await until("its port", () => this.#port);
    const session = connect(`http://127.0.0.1:${port}`);
    const call = session.request({ ":method": "POST", ":path": "/pulumirpc.ResourceProvider/Cancel" });
    call.resume().end();
    await once(call, "close");
    session.close();
  }
}

describe("the releases of a provider process", function () {
  this.timeout(60_000);
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0)) await clean();
  });

  function start(...args: string[]): Provider {
    const provider = new Provider(...args);
    cleanUp.push(() => {
      provider.kill("SIGKILL");
    });
    return provider;
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`are interrupted by ${signal}, and the process ends after the last of them`, async () => {
      const provider = start();
      await provider.begin("a");
      await provider.begin("b");
      provider.kill(signal);
      await provider.tells("a: interrupted");
      await provider.tells("b: interrupted");
      await provider.end("a");
      await delay(1000);
      provider.kill(signal);
      await provider.end("b");
      assert.deepEqual(await provider.exited, [1, null]);
    });
  }

  it("are not there when a signal ends the process at once", async () => {
    const provider = start();
    await provider.begin("a");
    await provider.end("a");
    provider.kill("SIGINT");
    assert.deepEqual(await provider.exited, [1, null]);
    assert.deepEqual(provider.told, ["a: began", "a: ended"]);
  });

  it("hear a signal that comes just when one of them ends", async () => {
    const provider = start();
    await provider.begin("a");
    await provider.end("a", "SIGINT");
    assert.deepEqual(await provider.exited, [1, null]);
  });

  it("are not there when the engine dies, and the process ends", async () => {
    const engine = await fakeEngine();
    cleanUp.push(() => engine.die());
    const provider = start(engine.address);
    await provider.begin("a");
    await provider.end("a");
    await engine.connected;
    await engine.die();
    assert.deepEqual(await provider.exited, [1, null]);
    assert.deepEqual(provider.told, ["a: began", "a: ended"]);
  });

  it("are interrupted by the death of the engine, and the process ends after them", async () => {
    const engine = await fakeEngine();
    cleanUp.push(() => engine.die());
    const provider = start("--logtostderr", "-v=9", engine.address);
    await provider.begin("a");
    await engine.connected;
    await engine.die();
    await provider.tells("a: interrupted");
    await provider.end("a");
    assert.deepEqual(await provider.exited, [1, null]);
  });

  it("need no engine", async () => {
    const provider = start();
    await provider.begin("a");
    // Longer than it takes to tell that an engine is dead.
    await delay(4000);
    await provider.end("a");
    assert.deepEqual(provider.told, ["a: began", "a: ended"]);
  });

  it("are interrupted by a cancellation, before or after they begin, and the process goes on", async () => {
    const provider = start();
    await provider.begin("a");
    await provider.cancel();
    await provider.tells("a: interrupted");
    await provider.end("a");
    await delay(1000);
    await provider.begin("b");
    await provider.tells("b: interrupted");
    await provider.end("b");
  });
});
