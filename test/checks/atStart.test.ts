import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import {
  checkAtStart,
  lookBeforeRelease,
  type StartFindings,
} from "../../provider/cloudflare/checks/atStart";
import type { Sli } from "../../provider/health/sli";
import { PortError } from "../../provider/rollout/ports";
import { answer, visits, type Behaviour } from "./cloud";

const now = Date.parse("2026-09-29T07:30:17.123Z");
const slis: readonly Sli[] = [{ kind: "serverErrors" }, { kind: "wallTime", limitMs: 500 }];

function found(behaviour: Behaviour, some = slis): Promise<StartFindings> {
  const rows = visits(now - 3_000_000, 300, 10_000);
  const ask = (query: Parameters<typeof answer>[1]) => Promise.resolve(answer(rows, query, behaviour));
  const look = lookBeforeRelease({ ask, scriptName: "shop", pause: () => Promise.resolve() }, now);
  return checkAtStart(look, some);
}

const fine = { blindBecause: undefined, warnings: [], leaveOutHops: true };

describe("the checks at the start of a release", () => {
  it("find nothing where Cloudflare does what is assumed", async () => {
    assert.deepEqual(await found({}), fine);
  });

  it("are asked in three rounds, whatever the plan: a release waits for them", async () => {
    const rows = visits(now - 3_000_000, 300, 10_000);
    const waiting: (() => void)[] = [];
    const ask = (query: Parameters<typeof answer>[1]): Promise<unknown> =>
      new Promise((resolve) =>
        waiting.push(() => {
          resolve(answer(rows, query, {}));
        }),
      );
    const look = lookBeforeRelease({ ask, scriptName: "shop", pause: () => Promise.resolve() }, now);
    const all: readonly Sli[] = [...slis, { kind: "slower", of: "cpuTime", tolerance: 1 }];
    const progress = { isOver: false };
    const over = checkAtStart(look, all).finally(() => {
      progress.isOver = true;
    });
    let rounds = 0;
    while (!progress.isOver) {
      const round = waiting.splice(0);
      if (round.length > 0) rounds += 1;
      for (const answerOne of round) answerOne();
      await setImmediate();
    }
    assert.deepEqual([await over, rounds], [fine, 3]);
  });

  it("stop a release whose latency SLOs would always be met, and no other", async () => {
    const useless = { gt: "finds nothing" } as const;
    const { blindBecause } = await found(useless);
    assert.match(
      blindBecause ?? "",
      /^A latency SLO of the plan would always be met: .* found 0 of \d+\. Take latency SLOs out/,
    );
    assert.match(
      (await found(useless, [{ kind: "cpuTime", limitMs: 1 }])).blindBecause ?? "",
      /latency SLOs/,
    );
    assert.deepEqual(await found(useless, [{ kind: "exceptions" }]), fine);
  });

  it("stop a release whose comparison of latencies would see nothing, or a part, and no other", async () => {
    const compared: readonly Sli[] = [{ kind: "slower", of: "wallTime", tolerance: 1.2 }];
    assert.deepEqual(await found({}, compared), fine);
    const because = async (behaviour: Behaviour) => (await found(behaviour, compared)).blindBecause ?? "";
    const refusal =
      /^An SLO of the plan with `slower` could not be judged: .* groups held (\d+) of \d+\. Take /;
    assert.equal(refusal.exec(await because({ timeGroups: "are empty" }))?.[1], "0");
    assert.equal(refusal.exec(await because({ cap: 10 }))?.[1], "10");
    assert.deepEqual(await found({ timeGroups: "are empty" }), fine);
  });

  it("leave calls of named entrypoints in where the filter against them would find nothing", async () => {
    const { leaveOutHops, blindBecause, warnings } = await found({ isNull: "nothing" });
    assert.deepEqual([leaveOutHops, blindBecause, warnings.length], [false, undefined, 1]);
    assert.match(
      warnings[0] ?? "",
      /^Calls of named entrypoints count as visitors' requests, .*: is_null 0, exists 0\. Report it/,
    );
  });

  it("warn of buckets that are not those asked for", async () => {
    const { warnings } = await found({ granularity: "number" });
    assert.match(warnings.join(), /^Telemetry has other buckets than were asked for/);
  });

  it("ask for settled time only, in whole minutes, and never throw", async () => {
    const spans: { readonly from: number; readonly to: number }[] = [];
    const ask = ({ timeframe }: Parameters<typeof answer>[1]) => {
      spans.push(timeframe);
      return Promise.reject(new PortError("unavailable", "Not now."));
    };
    const look = lookBeforeRelease({ ask, scriptName: "shop", pause: () => Promise.resolve() }, now);
    assert.deepEqual(await checkAtStart(look, slis), { ...fine, leaveOutHops: false });
    const to = Date.parse("2026-09-29T07:29:00Z");
    assert.ok(spans.length > 0 && spans.every((span) => span.to === to && span.from % 60_000 === 0));
  });
});
