import assert from "node:assert/strict";
import { tryCheck, type Check } from "../../provider/cloudflare/checks/check";
import type { Finding } from "../../provider/cloudflare/checks/finding";
import { whileSteady, type Look } from "../../provider/cloudflare/checks/look";
import { entrypointIsNull } from "../../provider/cloudflare/checks/telemetry/entrypoint";
import { firstBuckets } from "../../provider/cloudflare/checks/telemetry/firstBuckets";
import { granularity } from "../../provider/cloudflare/checks/telemetry/granularity";
import { grid } from "../../provider/cloudflare/checks/telemetry/grid";
import { groupLimit } from "../../provider/cloudflare/checks/telemetry/groupLimit";
import { latencyFilter } from "../../provider/cloudflare/checks/telemetry/latencyFilter";
import { latencyGroups } from "../../provider/cloudflare/checks/telemetry/latencyGroups";
import { missingGroup } from "../../provider/cloudflare/checks/telemetry/missingGroup";
import { storedRows } from "../../provider/cloudflare/checks/telemetry/stored";
import { versionList } from "../../provider/cloudflare/checks/telemetry/versionList";
import { visitFilter } from "../../provider/cloudflare/checks/telemetry/visits";
import { lookAt, visits, type Behaviour, type Stored } from "./cloud";

const from = Date.parse("2026-09-29T07:00:00Z");
const span = { from, to: from + 60_000, bucketMs: 2000 };
/** Two a second. */
const traffic = visits(from, 120, 500);
const cron = visits(from + 100, 10, 1000, { "$workers.eventType": "scheduled" });
const inner = visits(from + 100, 5, 1000, { "$workers.entrypoint": "Admin" });
const sampled = traffic.map((row) => ({ ...row, sampleInterval: 10 }));

type Case = readonly [
  what: string,
  check: Check<Look>,
  behaviour: Behaviour,
  verdict: Finding["verdict"],
  reading: string | undefined,
  rows?: readonly Stored[],
];

const cases: readonly Case[] = [
  ["the first two buckets are lost", firstBuckets, {}, "holds", "first buckets lost"],
  ["they are folded into the third", firstBuckets, { firstBuckets: "folded" }, "fails", "folded"],
  [
    "they are folded, and there was traffic before",
    firstBuckets,
    { firstBuckets: "folded" },
    "fails",
    "incomplete",
    [...visits(from - 1000, 2, 500), ...traffic],
  ],
  ["they are listed", firstBuckets, { firstBuckets: "listed" }, "holds", "first buckets listed"],
  ["there is no traffic", firstBuckets, {}, "open", undefined, []],
  ["buckets begin at epoch multiples", grid, {}, "holds", "epoch multiples"],
  ["they begin with the span", grid, { grid: "span" }, "fails", "begin with the span"],
  ["the answer says how long buckets are", granularity, {}, "holds", "span / N"],
  ["it says how many there are", granularity, { granularity: "number" }, "fails", "length not said"],
  ["it says nothing", granularity, { granularity: "absent" }, "holds", "not said"],
  [
    "it says nothing and is ignored",
    granularity,
    { buckets: "60", granularity: "absent" },
    "holds",
    "ignored",
  ],
  ["the number of buckets is ignored", granularity, { buckets: "60" }, "holds", "ignored"],
  ["buckets are longer than asked for", granularity, { buckets: "too long" }, "fails", "other length"],
  ["gt finds all", latencyFilter("wallTime"), {}, "holds", "all"],
  ["gt finds nothing", latencyFilter("wallTime"), { gt: "finds nothing" }, "fails", "none"],
  ["gt finds nothing", latencyFilter("cpuTime"), { gt: "finds nothing" }, "fails", "none"],
  ["nothing can be slow", latencyFilter("cpuTime"), {}, "open", undefined, []],
  ["times group all", latencyGroups("wallTime"), {}, "holds", "all"],
  ["times group nothing", latencyGroups("cpuTime"), { timeGroups: "are empty" }, "fails", "none"],
  ["ten groups come at most", latencyGroups("wallTime"), { cap: 10 }, "fails", "some"],
  ["there are no times", latencyGroups("wallTime"), {}, "open", undefined, []],
  ["no row has an entrypoint", entrypointIsNull, {}, "holds", "matches rows without it"],
  ["some rows have one", entrypointIsNull, {}, "holds", "matches rows without it", [...traffic, ...inner]],
  ["all rows have one", entrypointIsNull, {}, "open", undefined, inner],
  ["is_null matches nothing", entrypointIsNull, { isNull: "nothing" }, "fails", "matches none"],
  ["all are visits", visitFilter, {}, "holds", "all"],
  ["some are crons", visitFilter, {}, "holds", "some", [...traffic, ...cron]],
  ["all are crons", visitFilter, {}, "open", undefined, cron],
  ["two versions are found", versionList, {}, "holds", "matches both"],
  ["a comma means nothing", versionList, { comma: "text" }, "fails", "matches others"],
  ["rows without a grouped field are dropped", missingGroup, {}, "holds", "left out"],
  ["they are kept", missingGroup, { missingGroup: "kept" }, "holds", "kept"],
  ["as many groups come as are asked for", groupLimit, {}, "holds", "ten by default"],
  ["ten come at most", groupLimit, { cap: 10 }, "fails", "capped"],
  ["there are too few groups to tell", groupLimit, {}, "open", undefined, traffic.slice(0, 10)],
  ["nothing is sampled", storedRows, {}, "open", "not sampled"],
  ["count is the estimate", storedRows, {}, "holds", "count is the estimate", sampled],
  ["count is what is stored", storedRows, { count: "stored" }, "holds", "count is what is stored", sampled],
];

describe("a check of the telemetry, when", () => {
  for (const [what, check, behaviour, verdict, reading, rows = traffic] of cases) {
    it(`${what}: ${check.id} ${verdict}`, async () => {
      const finding = await tryCheck(check, lookAt(rows, span, behaviour));
      assert.deepEqual([finding.verdict, finding.reading], [verdict, reading], finding.found);
    });
  }
});

describe("answers that are compared", () => {
  /** A look at telemetry that grows with the first `arrivals` queries. */
  function arriving(arrivals: number): { readonly look: Look; readonly pauses: number[] } {
    const pauses: number[] = [];
    let asked = 0;
    const rows = (): Stored[] => visits(from, Math.min((asked += 1), arrivals) + 10, 100);
    const look = {
      ...lookAt([], span),
      ask: (query: Parameters<Look["ask"]>[0]) => lookAt(rows(), span).ask(query),
      pause: (ms: number) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    };
    return { look, pauses };
  }

  it("are read again when telemetry has arrived between them", async () => {
    const { look, pauses } = arriving(3);
    const finding = await tryCheck(latencyFilter("wallTime"), look);
    assert.deepEqual([finding.verdict, pauses.length], ["holds", 1], finding.found);
  });

  it("are given up when it never stops arriving", async () => {
    const { look } = arriving(1000);
    await assert.rejects(
      whileSteady(look, () => Promise.resolve()),
      /kept arriving/,
    );
    const finding = await tryCheck(latencyFilter("wallTime"), look);
    assert.equal(finding.verdict, "open", finding.found);
  });
});
