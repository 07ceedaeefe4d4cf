import assert from "node:assert/strict";
import { createColors } from "picocolors";
import { jsonOutput, lineOutput, terminalOutput } from "../../../provider/cli/status/output";
import { Redrawn } from "../../../provider/cli/status/screen";
import { watch, type Output } from "../../../provider/cli/status/watch";
import { PortError, type Deployment } from "../../../provider/rollout/ports";
import type { Sight } from "../../../provider/view/sight";
import { VirtualClock } from "../../fakes/clock";
import { newVersion, oldVersion } from "../../rollout/simulate";
import { began, between, deployment, minute, planned, recorded } from "../../rollout/situations";

// A watch in virtual time, on screens that remember what was written.

const soaks = deployment({ split: between(oldVersion, newVersion, 25), ...recorded({ planned }) });
const ended = deployment({ ...recorded({ phase: "aborted" }, "Aborted by jo.") });

const measured = { kind: "measured", releaseId: "r1", series: undefined } as const;
const answering = {
  answeredAt: began,
  failures: 0,
  notBefore: 0,
  orderedMs: 0,
  orderedUntil: 0,
  unaskedMs: 0,
};

class Paper {
  written = "";
  readonly columns = 80;
  write(text: string): void {
    this.written += text;
  }
}

/** What each look finds, a minute after the other; an error is what Cloudflare answers instead. */
async function watching(looks: readonly (Deployment | PortError)[], output: Output, showEveryMs = minute) {
  const clock = new VirtualClock(began);
  const stop = new AbortController();
  let index = 0;
  const look = (): Promise<Sight> => {
    const found = looks[Math.min(index, looks.length - 1)];
    index += 1;
    if (found instanceof PortError) return Promise.reject(found);
    const telemetry = { ...answering, trouble: "" };
    const watched = found === soaks ? { ...measured, telemetry } : undefined;
    return Promise.resolve({
      scriptName: "checkout",
      plan: undefined,
      at: clock.now(),
      active: found,
      watched,
    });
  };
  const last = await watch({ look, everyMs: minute, showEveryMs, clock, stop: stop.signal }, output);
  return { last, looks: index };
}

const down = new PortError("unavailable", "HTTP 502");

describe("a watch", () => {
  it("ends when the release has, and returns what was seen last", async () => {
    const paper = new Paper();
    const { last, looks } = await watching([soaks, soaks, ended], lineOutput(paper));
    assert.deepEqual([last.release?.phase, looks], ["aborted", 3]);
  });

  it("says in a log only what has changed", async () => {
    const paper = new Paper();
    await watching([soaks, soaks, down, down, soaks, ended], lineOutput(paper));
    assert.equal(
      paper.written,
      [
        "06:00:00Z checkout: stage 1 of 3 (25 %), soaking",
        "06:02:00Z HTTP 502",
        "06:04:00Z checkout: stage 1 of 3 (25 %), soaking",
        "06:05:00Z Aborted by jo.",
        "",
      ].join("\n"),
    );
  });

  it("fails when the first look does", async () => {
    await assert.rejects(watching([down], lineOutput(new Paper())), /HTTP 502/);
  });

  it("shows what is left of the soak between two looks", async () => {
    const paper = new Paper();
    await watching([soaks, ended], terminalOutput(paper, createColors(false)), 1000);
    assert.match(paper.written, /soak {5}4m 59s of 5m left/);
    assert.match(paper.written, /soak {5}4m 1s of 5m left/);
  });

  it("keeps on the terminal what was seen last while nothing can be read, and says so", async () => {
    const paper = new Paper();
    const output = terminalOutput(paper, createColors(false));
    await watching([soaks, down, soaks, ended], output);
    output.end();
    assert.equal(paper.written.match(/As it was when it could be read last: HTTP 502/g)?.length, 1);
    assert.ok(paper.written.endsWith("\u001b[?25h"));
  });

  it("writes JSON line by line, and what is wrong elsewhere", async () => {
    const [paper, errors] = [new Paper(), new Paper()];
    await watching([soaks, down, ended], jsonOutput(paper, errors));
    const lines = paper.written
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { release: { phase: string } });
    assert.deepEqual(
      lines.map(({ release }) => release.phase),
      ["soaking", "aborted"],
    );
    assert.equal(errors.written, "HTTP 502\n");
  });
});

describe("a text that is redrawn", () => {
  it("is written over in one write, rows of long lines counted, and nothing of it is left", () => {
    const writes: string[] = [];
    const redrawn = new Redrawn({ columns: 10, write: (text) => writes.push(text) });
    redrawn.show(`\u001b[31mred\u001b[39m\n${"x".repeat(21)}`);
    redrawn.show("end");
    redrawn.end();
    assert.deepEqual(writes, [
      `\u001b[?25l\u001b[31mred\u001b[39m\u001b[K\n${"x".repeat(21)}\u001b[K\n\u001b[J`,
      "\u001b[4Aend\u001b[K\n\u001b[J",
      "\u001b[?25h",
    ]);
  });
});
