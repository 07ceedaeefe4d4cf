import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEdge } from "../../edge";
import { isAlive, workerdOf } from "./processes";
import { addVersion, ask, call, deploy, goLive, invocationsOf, saying, until } from "./support";

describe("a local edge", () => {
  it("says what to export for Cloudflare's clients", async () => {
    const edge = await startEdge({ token: "secret", accountId: "abc", subdomain: "mine" });
    try {
      const baseUrl = `http://127.0.0.1:${edge.port}/client/v4`;
      assert.deepEqual(edge.environment(), {
        CLOUDFLARE_BASE_URL: baseUrl,
        CLOUDFLARE_API_BASE_URL: baseUrl,
        CLOUDFLARE_ACCOUNT_ID: "abc",
        CLOUDFLARE_API_TOKEN: "secret",
      });
      assert.equal(edge.workerUrl("api"), `http://api.mine.localhost:${edge.port}/`);
    } finally {
      await edge.close();
    }
  });

  it("says so when its port is taken, and leaves nothing open", async () => {
    const edge = await startEdge();
    try {
      await assert.rejects(
        startEdge({ port: edge.port }),
        /cannot listen on 127\.0\.0\.1:\d+: the port is in use/,
      );
    } finally {
      await edge.close();
    }
  });

  it("leaves it to its owner what happens at a signal", async () => {
    const listeners = (): unknown[] =>
      (["SIGINT", "SIGTERM"] as const).map((signal) => process.listeners(signal));
    const before = listeners();
    const edge = await startEdge();
    try {
      await goLive(edge, "one", saying("one"));
      assert.deepEqual(listeners(), before);
    } finally {
      await edge.close();
    }
  });

  it("says what to install when Miniflare is missing", async () => {
    const { stdout } = await runFixture("no-miniflare.ts");
    assert.match(stdout, /npm install miniflare@4/);
  });

  describe("with a state folder", () => {
    const stateDir = mkdtempSync(join(tmpdir(), "edge-state-"));
    after(() => {
      rmSync(stateDir, { recursive: true, force: true });
    });

    it("is after a restart what it was: account, versions, deployments, settings, telemetry", async () => {
      const before = await startEdge({ stateDir });
      const one = await goLive(before, "kept", saying("one"));
      const two = await addVersion(before, "kept", saying("two"), {
        bindings: [{ type: "secret_text", name: "KEY", text: "hush" }],
      });
      await deploy(before, "kept", { [two]: 100, [one]: 0 });
      assert.equal((await ask(before, "kept")).body, "two");
      await until("telemetry", async () =>
        (await invocationsOf(before, "kept")).length === 1 ? true : undefined,
      );
      const look = async (edge: typeof before): Promise<unknown[]> => {
        const scripts = `/accounts/${edge.accountId}/workers/scripts`;
        const paths = [
          "",
          "/kept/versions",
          `/kept/versions/${two}`,
          "/kept/deployments",
          "/kept/settings",
          "/kept/subdomain",
        ];
        const answers = await Promise.all(paths.map((path) => call(edge, scripts + path)));
        return answers.map(({ json }) => json);
      };
      const seen = await look(before);
      await before.close();

      const again = await startEdge({ stateDir });
      try {
        assert.deepEqual([again.accountId, again.token], [before.accountId, before.token]);
        assert.deepEqual(await look(again), seen);
        assert.equal((await ask(again, "kept")).body, "two");
        const headers = { "cloudflare-workers-version-overrides": `kept="${one}"` };
        assert.equal((await ask(again, "kept", { headers })).body, "one");
        await until("old and new telemetry", async () =>
          (await invocationsOf(again, "kept")).length === 3 ? true : undefined,
        );
      } finally {
        await again.close();
      }
    }).timeout(30_000);
  });

  describe("and its processes", () => {
    before(function () {
      if (process.platform !== "linux") this.skip(); // elsewhere the system does not tell which processes there are
    });

    it("ends them all with itself", async () => {
      const others = workerdOf(process.pid);
      const own = (): number[] =>
        workerdOf(process.pid).filter((pid) => !others.includes(pid) && isAlive(pid));
      const edge = await startEdge();
      await goLive(edge, "one", saying("one"));
      assert.equal(own().length, 1);
      await edge.close();
      assert.deepEqual(own(), []);
    });

    it("leaves none behind when it is killed: the next edge ends them, and no other's", async () => {
      const other = await startEdge();
      await goLive(other, "other", saying("still here"));
      const lonely = spawn(process.execPath, fixture("lonely-edge.ts"), {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(lonely.stdout, "data");
      const [orphan, ...others] = workerdOf(lonely.pid ?? 0);
      assert.ok(orphan !== undefined && others.length === 0);
      lonely.kill("SIGKILL");
      await once(lonely, "exit");

      const left = (): string[] =>
        readdirSync(tmpdir()).filter((name) => name.startsWith(`workers-release-edge-${lonely.pid ?? 0}-`));
      assert.equal(left().length, 1);
      const next = await startEdge();
      try {
        assert.deepEqual(left(), []);
        await until("the orphan's end", () => (isAlive(orphan) ? undefined : true));
        assert.equal((await ask(other, "other")).body, "still here");
      } finally {
        await Promise.all([next.close(), other.close()]);
      }
    }).timeout(60_000);
  });
});

/** The arguments with which Node runs a file of `fixtures/`. */
function fixture(name: string): string[] {
  return ["-r", "ts-node/register/transpile-only", join(__dirname, "fixtures", name)];
}

function runFixture(name: string): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, fixture(name));
}
