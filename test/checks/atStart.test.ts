import assert from "node:assert/strict";
import { checkAtStart, lookBeforeRelease } from "../../provider/cloudflare/checks/atStart";
import type { Sli } from "../../provider/health/sli";
import { PortError } from "../../provider/rollout/ports";
import { answer, visits, type Behaviour } from "./cloud";

const now = Date.parse("2026-09-29T07:30:17.123Z");
const slis: readonly Sli[] = [{ kind: "serverErrors" }, { kind: "wallTime", limitMs: 500 }];

async function found(behaviour: Behaviour, some = slis): Promise<Record<string, string>> {
  const rows = visits(now - 3_000_000, 300, 10_000);
  const ask = (query: Parameters<typeof answer>[1]) => Promise.resolve(answer(rows, query, behaviour));
  const look = lookBeforeRelease({ ask, scriptName: "shop", pause: () => Promise.resolve() }, now);
  const all = await checkAtStart(look, some);
  return Object.fromEntries(all.map(({ check, finding }) => [check.id, finding.verdict]));
}

describe("the checks at the start of a release", () => {
  it("hold where Cloudflare does what is assumed; latency is tried only for plans with such an SLO", async () => {
    const both = { granularity: "holds", "entrypoint-is-null": "holds" };
    assert.deepEqual(await found({}), { ...both, "wall-time-filter": "holds" });
    assert.deepEqual(await found({}, [{ kind: "exceptions" }]), both);
    assert.deepEqual(await found({}, [{ kind: "cpuTime", limitMs: 1 }]), {
      ...both,
      "cpu-time-filter": "holds",
    });
  });

  it("tell each thing that is otherwise", async () => {
    assert.equal((await found({ gt: "finds nothing" }))["wall-time-filter"], "fails");
    assert.equal((await found({ isNull: "nothing" }))["entrypoint-is-null"], "fails");
    assert.equal((await found({ granularity: "number" }))["granularity"], "fails");
  });

  it("ask for settled time only, in whole minutes, and never throw", async () => {
    const spans: { readonly from: number; readonly to: number }[] = [];
    const ask = ({ timeframe }: Parameters<typeof answer>[1]) => {
      spans.push(timeframe);
      return Promise.reject(new PortError("unavailable", "Not now."));
    };
    const look = lookBeforeRelease({ ask, scriptName: "shop", pause: () => Promise.resolve() }, now);
    const all = await checkAtStart(look, slis);
    assert.ok(all.every(({ finding }) => finding.verdict === "open" && /^Not now/.test(finding.advice)));
    const to = Date.parse("2026-09-29T07:29:00Z");
    assert.ok(spans.length > 0 && spans.every((span) => span.to === to && span.from % 60_000 === 0));
  });
});
