import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { terminalProgress } from "../../../provider/cli/run/progress";
import { requestFor } from "../../../provider/cli/run/request";
import { untilStopped } from "../../../provider/cli/run/signals";
import { inCommandWords } from "../../../provider/cli/run/words";
import { newVersion, seedPlan } from "../../rollout/simulate";

const asked = {
  accountId: "0".repeat(32),
  scriptName: "checkout",
  versionId: newVersion,
  plan: seedPlan,
};

describe("what is asked of workers-release run", () => {
  it("is a request by the rules of a Release, with an id of its own", () => {
    const first = requestFor({ ...asked, retry: "1", takeOver: newVersion });
    assert.deepEqual(
      [first.scriptName, first.versionId, first.retry, first.takeOver, first.plan.stages.length],
      ["checkout", newVersion, "1", newVersion, 5],
    );
    assert.notEqual(requestFor(asked).releaseId, first.releaseId);
    assert.equal(requestFor(asked).retry, "");
    assert.deepEqual(
      [requestFor(asked).startAt, requestFor({ ...asked, startAt: "50" }).startAt],
      [undefined, 50],
    );
  });

  it("has the same owner each time, and another for each that is named", () => {
    assert.equal(requestFor(asked).owner, requestFor(asked).owner);
    const [shop, blog] = ["shop", "blog"].map((owner) => requestFor({ ...asked, owner }).owner);
    assert.equal(new Set([requestFor(asked).owner, shop, blog]).size, 3);
    assert.match(shop ?? "", /^[0-9a-f]{8}$/);
  });

  it("is refused with the options that are wrong", () => {
    const wrong = {
      ...asked,
      accountId: "acme",
      versionId: "latest",
      takeOver: "it",
      retry: "x".repeat(65),
      startAt: "half",
    };
    assert.throws(
      () => requestFor(wrong),
      (error: Error) => {
        assert.match(error.message, /^This cannot be released:\n/);
        for (const option of ["CLOUDFLARE_ACCOUNT_ID", "--version", "--take-over", "--retry", "--start-at"]) {
          assert.match(error.message, new RegExp(`^ {2}${option}: got "`, "m"));
        }
        return true;
      },
    );
  });
});

describe("what a release says to somebody at the command line", () => {
  it("names the command and its options", () => {
    assert.equal(
      inCommandWords(
        'Run `pulumi up` again, or take it over with the input takeOver: "d-1"; or set `retry` to another value.',
      ),
      "Run `workers-release run` again, or take it over with --take-over d-1; or give --retry another value.",
    );
  });

  it("names nothing else of Pulumi's, in any text of a release", () => {
    const folder = join(__dirname, "../../../provider/rollout");
    const lines = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
      .map((line) => inCommandWords(line.replaceAll("\\`", "`").replaceAll(/\$\{[^}]*\}/g, "x")));
    assert.deepEqual(
      lines.filter((line) => /pulumi (?:up|config|stack)|the input |`retry`/.test(line)),
      [],
    );
  });
});

describe("a release tells what it does", () => {
  const screen = (isTTY: boolean) => {
    const writes: string[] = [];
    return { writes, isTTY, columns: 40, write: (text: string) => writes.push(text) };
  };
  let now = 0;
  const clock = { now: () => now };
  beforeEach(() => {
    now = Date.UTC(2030, 0, 1, 6);
  });

  it("on a terminal in one line that is replaced, and lines that stay above it", () => {
    const { writes, ...tty } = screen(true);
    const progress = terminalProgress(tty, clock);
    progress.status(`stage 1/2 · ${"x".repeat(60)}`);
    progress.event("Stage 1 begins.\u001b[31m");
    progress.end();
    const line = `stage 1/2 · ${"x".repeat(26)}…`;
    assert.equal(line.length, 39);
    assert.deepEqual(writes, [
      `\r\u001b[K${line}`,
      `\r\u001b[KStage 1 begins.\uFFFD[31m\n${line}`,
      "\r\u001b[K",
    ]);
  });

  it("in a log by what happens, and every five minutes by how it stands", () => {
    const { writes, ...file } = screen(false);
    const progress = terminalProgress(file, clock);
    progress.event("Stage 1 begins.");
    for (let look = 0; look < 60; look += 1) {
      progress.status(`look ${look}`);
      now += 10_000;
    }
    assert.deepEqual(writes, ["06:00:00Z Stage 1 begins.\n", "06:05:00Z look 30\n"]);
  });
});

describe("work that is asked to stop", () => {
  it("is told once by a signal, goes on to its end, and hears of each", async () => {
    const process = new EventEmitter();
    let stops = 0;
    const ended = await untilStopped(
      (interruption) =>
        new Promise<string>((resolve) => {
          interruption.addEventListener("abort", () => {
            process.emit("SIGINT");
            resolve("put back");
          });
          process.emit("SIGTERM");
        }),
      () => (stops += 1),
      process,
    );
    assert.deepEqual([ended, stops, process.eventNames()], ["put back", 2, []]);
  });
});
