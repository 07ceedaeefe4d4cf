import assert from "node:assert/strict";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import type { Connection } from "../../provider/cloudflare/client";
import { mostMs, PreviewBacktests } from "../../provider/pulumi/previewBacktest";
import type { Clock } from "../../provider/rollout/ports";
import { hour, planOn } from "../backtest/traces";
import { failure, startServer, success, token, type Answer, type Server } from "../cloudflare/server";
import { invocation } from "../edge/telemetry/sample";

const accountId = "0123456789abcdef0123456789abcdef";
const asked = {
  worker: { accountId, scriptName: "checkout" },
  plan: planOn(
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    {
      minRequests: 5,
      stages: [
        { percent: 50, soakTime: "30m" },
        { percent: 100, soakTime: "10m" },
      ],
    },
  ),
};

/** A clock that stands still, on which every sleep lasts until it is ended or let go. */
class StillClock implements Clock {
  private readonly sleepers: (() => void)[] = [];
  constructor(public time: number) {}
  now(): number {
    return this.time;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      signal?.addEventListener("abort", () => {
        resolve();
      });
      this.sleepers.push(() => {
        this.time += ms;
        resolve();
      });
    });
  }
  wake(): void {
    for (const wake of this.sleepers.splice(0)) wake();
  }
}

describe("the backtest of a preview", () => {
  const servers: Server[] = [];
  after(() => Promise.all(servers.map((server) => server.close())));

  async function backtests(clock: Clock, answer: Answer) {
    const server = await startServer(answer);
    servers.push(server);
    const connection: Connection = { apiToken: token, baseUrl: server.baseUrl };
    return { server, made: new PreviewBacktests({ clock, connect: () => connection }) };
  }

  it("has two lines, the same for everybody in the same hour, and few requests", async () => {
    const now = Math.floor(Date.now() / hour) * hour + 10 * 60_000;
    const store = new SqliteTelemetry(":memory:", {}, () => now, accountId);
    const everyMs = 20_000;
    store.record(
      Array.from({ length: (7 * 24 * hour) / everyMs }, (_, index) =>
        invocation({
          ...{ versionId: "a", timestamp: now - index * everyMs, status: index % 400 === 0 ? 500 : 200 },
        }),
      ),
    );
    const serve: Answer = (response, { path, body }) => {
      const deployed = {
        id: "d",
        created_on: new Date(now - 30 * 24 * hour).toISOString(),
        versions: [{ version_id: "a", percentage: 100 }],
      };
      if (path.includes("/deployments")) success({ deployments: [deployed] })(response, seen);
      else if (path.includes("settings")) success({ observability: { enabled: true } })(response, seen);
      else if (path.includes("/telemetry/query")) success(store.query(JSON.parse(body)))(response, seen);
      else failure(404, 10007, "there is no such thing")(response, seen);
    };
    const seen = { method: "", path: "", headers: {}, body: "" };
    const texts: string[] = [];
    for (const minutes of [0, 40]) {
      const { server, made } = await backtests(new StillClock(now + minutes * 60_000), serve);
      texts.push(await made.of(asked));
      assert.ok(server.seen.length <= 40, `${server.seen.length} requests`);
    }
    store.close();
    const [text = ""] = texts;
    assert.match(
      text,
      /^Backtest on 6d 2[23]h( \d+m)?: of \d+ releases of an unchanged version 0 would have been aborted and \d+ put back without a verdict\.\nA version that is wholly bad by any one SLO is caught in each stage, within [\dms ]+ \(median\)\.$/,
    );
    assert.equal(texts[1], text);
  });

  it("says in one line what could not be read, without the token", async () => {
    const { made } = await backtests(new StillClock(Date.now()), failure(403, 10000, `no ${token}\nfor you`));
    const text = await made.of(asked);
    assert.match(text, /^No backtest: Reading the deployments of Worker "checkout" .*403.* tells more\.$/);
    assert.ok(!text.includes(token) && !text.includes("\n"), text);
  });

  it("says so where nothing can be asked", async () => {
    const made = new PreviewBacktests({ clock: new StillClock(0), connect: () => undefined });
    assert.match(await made.of(asked), /^No backtest: Cloudflare cannot be asked from here/);
  });

  it("is given up in time, with the request that is on its way, and the next ones with it", async () => {
    const clock = new StillClock(Date.now());
    let closed: Promise<unknown> | undefined;
    const arrived = Promise.withResolvers<undefined>();
    const { made } = await backtests(clock, (response) => {
      closed = new Promise((resolve) => response.once("close", resolve));
      arrived.resolve(undefined);
    });
    const text = made.of(asked);
    await arrived.promise;
    clock.wake();
    assert.equal(
      await text,
      "No backtest: it was not done within 1m. `workers-release plan backtest` tells more.",
    );
    await closed;
    assert.equal(mostMs, 60_000);
    assert.match(await made.of(asked), /^No backtest: the others of this preview have taken 1m\./);
  });
});
