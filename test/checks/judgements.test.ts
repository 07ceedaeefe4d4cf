import assert from "node:assert/strict";
import type { Finding, Verdict } from "../../provider/cloudflare/checks/finding";
import type { AnswerHead } from "../../provider/cloudflare/checks/meter";
import { judgeLeftOver } from "../../provider/cloudflare/checks/setup/account";
import { judgeAddress, placeOf } from "../../provider/cloudflare/checks/setup/address";
import { judgeClock } from "../../provider/cloudflare/checks/setup/clock";
import { judgeRateLimit } from "../../provider/cloudflare/checks/setup/rateLimit";
import { judgeToken } from "../../provider/cloudflare/checks/setup/token";
import { judgeAbrLevel } from "../../provider/cloudflare/checks/telemetry/abrLevel";
import { judgeArrayList } from "../../provider/cloudflare/checks/telemetry/arrayList";
import { judgeDelay } from "../../provider/cloudflare/checks/telemetry/delay";
import { isCounted, judgeGraphql } from "../../provider/cloudflare/checks/telemetry/graphql";
import { judgeKeyList } from "../../provider/cloudflare/checks/telemetry/keyList";
import { judgeFilterLimit, judgeRefusal } from "../../provider/cloudflare/checks/telemetry/limits";
import { judgeRays } from "../../provider/cloudflare/checks/telemetry/rays";
import { judgeRetention } from "../../provider/cloudflare/checks/telemetry/retention";
import { judgeRowKeys } from "../../provider/cloudflare/checks/telemetry/rowKeys";
import { judgeStored } from "../../provider/cloudflare/checks/telemetry/stored";
import { judgeCounts } from "../../provider/cloudflare/checks/trial/counts";
import { judgeDeploymentList } from "../../provider/cloudflare/checks/trial/deploymentList";
import { judgeFreshVersion } from "../../provider/cloudflare/checks/trial/freshVersion";
import { judgeMessage } from "../../provider/cloudflare/checks/trial/message";
import { judgeOverride } from "../../provider/cloudflare/checks/trial/override";
import { judgeWitness } from "../../provider/cloudflare/checks/trial/probeWitness";
import { judgeSplit } from "../../provider/cloudflare/checks/trial/split";
import { judgeDeployment } from "../../provider/cloudflare/checks/worker/deployment";
import { judgeObjects } from "../../provider/cloudflare/checks/worker/objects";
import { judgeObservability } from "../../provider/cloudflare/checks/worker/observability";
import { judgeVersions } from "../../provider/cloudflare/checks/worker/versions";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import * as live from "./live";

type Case = readonly [what: string, finding: Finding, verdict: Verdict, found: RegExp];

const now = Date.parse("2026-09-29T07:03:00Z");

const head = (
  date: string | null,
  limit: string | null = null,
  policy: string | null = null,
): AnswerHead => ({
  sentAt: now,
  receivedAt: now + 100,
  date,
  rateLimit: limit,
  rateLimitPolicy: policy,
});
const policy = '"default";q=1200;w=300';

const setup: readonly Case[] = [
  [
    "the token is active",
    judgeToken({ status: 200, body: { result: { status: "active" } } }),
    "holds",
    /^active$/,
  ],
  [
    "the token expires",
    judgeToken({ status: 200, body: { result: { status: "active", expires_on: "2027-01-31T00:00:00Z" } } }),
    "holds",
    /until 2027-01-31/,
  ],
  [
    "the token is disabled",
    judgeToken({ status: 200, body: { result: { status: "disabled" } } }),
    "fails",
    /disabled/,
  ],
  ["the token is wrong", judgeToken({ status: 401, body: {} }), "fails", /HTTP 401/],
  ["verifying is not answered", judgeToken({ status: 503, body: undefined }), "open", /HTTP 503/],
  [
    "a page of HTML answers",
    judgeAddress("elsewhere", { status: 200, body: undefined }),
    "fails",
    /another form/,
  ],
  ["the API refuses", judgeAddress("Cloudflare", { status: 401, body: { success: false } }), "holds", /own/],
  ["no test Worker is left", judgeLeftOver(["shop"]), "holds", /it is/],
  ["a test Worker is left", judgeLeftOver(["shop", "workers-release-doctor-12345678"]), "open", /is 1/],
  ["the clocks agree", judgeClock([head("Tue, 29 Sep 2026 07:03:00 GMT")]), "holds", /within 2 s/],
  [
    "the clock is a minute behind",
    judgeClock([head("Tue, 29 Sep 2026 07:04:00 GMT")]),
    "holds",
    /1m.* behind/,
  ],
  [
    "the clock is an hour ahead",
    judgeClock([head("Tue, 29 Sep 2026 06:03:00 GMT")]),
    "fails",
    /59m 59s ahead|1h ahead/,
  ],
  ["no answer has a date", judgeClock([head(null)]), "open", /no answer/],
  [
    "the limit counts down",
    judgeRateLimit([head(null, '"default";r=1199;t=1', policy), head(null, '"default";r=1198;t=1', policy)]),
    "holds",
    /1200 in 300 s.* is counted down/,
  ],
  [
    "the limit stands still",
    judgeRateLimit([head(null, '"default";r=1199;t=1', policy), head(null, '"default";r=1199;t=1', policy)]),
    "holds",
    /is not counted down/,
  ],
  ["the limit is low", judgeRateLimit([head(null, null, '"default";q=100;w=300')]), "fails", /100 in 300 s/],
  ["nothing tells the limit", judgeRateLimit([head(null)]), "open", /no answer/],
];

const deployed = (...percents: number[]) => ({
  id: "d",
  createdAt: now,
  split: percents.map((percent, i) => ({ versionId: `version ${i}`, percent })),
  createdOn: new Date(now).toISOString(),
  record: undefined,
  isUnproven: false,
  message: "",
  author: "somebody",
  byUpload: false,
});
const record: ReleaseRecord = {
  id: "r1",
  run: "r1",
  owner: "owner-1",
  phase: "soak",
  stage: 0,
  stages: 2,
  startedAt: now,
  begun: [],
  since: undefined,
  retry: "",
  next: undefined,
  newVersionId: "2bbbf05d-0000-4000-8000-7121f176550e",
  oldVersionId: undefined,
};
const object = { type: "durable_object_namespace" };

const worker: readonly Case[] = [
  ["one version serves", judgeDeployment(deployed(100)), "holds", /^it does$/],
  ["another one waits at 0 %", judgeDeployment(deployed(100, 0)), "holds", /^it does$/],
  ["somebody has split", judgeDeployment(deployed(90, 10)), "fails", /split 90 % and 10 %, not by/],
  ["a release has split", judgeDeployment({ ...deployed(90, 10), record }), "holds", /under way/],
  ["nothing was ever deployed", judgeDeployment(undefined), "fails", /never/],
  ["observability is on", judgeObservability("shop", { observability: { enabled: true } }), "holds", /all/],
  [
    "a tenth is recorded",
    judgeObservability("shop", { observability: { enabled: true, head_sampling_rate: 0.1 } }),
    "holds",
    /^10 %/,
  ],
  ["observability is off", judgeObservability("shop", {}), "fails", /not/],
  ["the newest is active", judgeVersions(0, 100), "holds", /^0 are newer.* 100 more/],
  ["nine more may come", judgeVersions(91, 100), "fails", /91 are newer.* 9 more/],
  ["the active one is too old", judgeVersions(-1, 100), "fails", /not among the 100/],
  ["no version is active", judgeVersions(undefined, 0), "open", /no version/],
  ["there are no objects", judgeObjects("shop", [{ type: "kv_namespace" }]), "holds", /^no$/],
  [
    "the objects are another Worker's",
    judgeObjects("shop", [{ ...object, script_name: "cart" }]),
    "holds",
    /^no$/,
  ],
  [
    "the Worker has objects",
    judgeObjects("shop", [object, { ...object, script_name: "shop" }]),
    "open",
    /2 bindings/,
  ],
];

const second = 1000;
const cell = { value: 50, count: 5, sampleInterval: 10, groups: [] };
const seen = (...pairs: [askedAt: number, age: number][]) =>
  pairs.map(([askedAt, age]) => ({ askedAt: askedAt * second, timestamp: (askedAt - age) * second }));

const telemetry: readonly Case[] = [
  [
    "filters are limited as known",
    judgeFilterLimit({ status: 200, body: {} }, live.tooManyFilters),
    "holds",
    /without a code/,
  ],
  [
    "fewer filters are allowed",
    judgeFilterLimit(live.tooManyFilters, live.tooManyFilters),
    "fails",
    /16 filters/,
  ],
  [
    "more filters are allowed",
    judgeFilterLimit({ status: 200, body: {} }, { status: 200, body: {} }),
    "holds",
    /accepted/,
  ],
  ["a refusal has issues", judgeRefusal("it", live.limitTooHigh), "holds", /issues of its own/],
  ["a refusal has a code", judgeRefusal("it", live.refusedWithCode), "holds", /with a code/],
  ["a refusal is a page", judgeRefusal("it", { status: 403, body: undefined }), "fails", /no JSON/],
  [
    "a refusal is unknown",
    judgeRefusal("it", { status: 400, body: { success: false, errors: [] } }),
    "fails",
    /unknown/,
  ],
  ["a refusal is a failure", judgeRefusal("it", { status: 503, body: undefined }), "open", /HTTP 503/],
  ["an array is refused", judgeArrayList(live.limitTooHigh), "holds", /refused/],
  ["an array finds rows", judgeArrayList({ status: 200, body: live.counted(3) }), "holds", /it works/],
  ["an array finds nothing", judgeArrayList({ status: 200, body: live.counted(0) }), "holds", /nothing/],
  ["an array is answered oddly", judgeArrayList({ status: 200, body: [] }), "open", /unknown/],
  [
    "both say the level",
    judgeAbrLevel({ run: { statistics: { abr_level: 1 } }, statistics: { abr_level: 1 }, calculations: [] }),
    "holds",
    /1.*1/,
  ],
  ["nobody says the level", judgeAbrLevel({ calculations: [] }), "holds", /none.*none/],
  [
    "eight days are cut",
    judgeRetention(now, {
      status: 200,
      body: { result: { run: { timeframe: { from: now + 86_400_000, to: now } } } },
    }),
    "holds",
    /7\.0 days/,
  ],
  [
    "eight days are answered",
    judgeRetention(now, { status: 200, body: { result: { run: { timeframe: { from: now, to: now } } } } }),
    "holds",
    /as asked/,
  ],
  ["the newest is fresh", judgeDelay(seen([100, 20])), "holds", /20s/],
  ["traffic has ended", judgeDelay(seen([100, 90], [105, 95])), "open", /too little/],
  ["telemetry is late", judgeDelay(seen([100, 90], [105, 94])), "fails", /at least 1m 29s/],
  ["nothing was ever found", judgeDelay([]), "open", /no invocation/],
  ["count is scaled", judgeStored([{ ...cell, count: 50 }]), "holds", /value 50/],
  ["count is stored", judgeStored([cell]), "holds", /count 5,/],
  ["count is something else", judgeStored([{ ...cell, count: 7 }]), "fails", /count 7/],
  ["a live row", judgeRowKeys([live.row]), "holds", /all of 1/],
  [
    "a row without a version",
    judgeRowKeys([live.rowWithout("scriptVersion")]),
    "fails",
    /scriptVersion\.id \(1\)/,
  ],
  ["no rows", judgeRowKeys([]), "open", /no invocation/],
  ["a live row is found", judgeRays([live.row], 1, 1), "holds", /1 of 1 visits have/],
  ["a live row is not found", judgeRays([live.row], 1, 0), "fails", /found 0/],
  [
    "a row has the ray of old",
    judgeRays([live.rowOfMay], 0, 0),
    "fails",
    /0 of 1 visits have \$metadata\.rayId, 1 have/,
  ],
  ["all keys are listed", judgeKeyList({ status: 200, body: live.keyList }), "holds", /all/],
  [
    "a key is not listed",
    judgeKeyList({ status: 200, body: { result: live.keyList.result.slice(1) } }),
    "fails",
    /missing: \$metadata\.type$/,
  ],
  ["the list is refused", judgeKeyList(live.refusedWithCode), "open", /refused/],
  ["metrics are allowed", judgeGraphql({ status: 200, body: live.metrics }, now), "holds", /2m ago/],
  ["metrics are refused", judgeGraphql({ status: 200, body: live.metricsRefused }, now), "open", /refused/],
  ["metrics are odd", judgeGraphql({ status: 200, body: {} }, now), "open", /unknown/],
];

it("metrics are counted where both spans are there, and nothing is refused", () => {
  const spans = { span0: live.metrics.data.viewer.accounts[0]?.workersInvocationsAdaptive, span1: [] };
  const body = (account: object) => ({ data: { viewer: { accounts: [account] } }, errors: null });
  assert.equal(isCounted({ status: 200, body: body(spans) }), true);
  assert.equal(isCounted({ status: 200, body: body({ span0: [] }) }), false);
  assert.equal(isCounted({ status: 200, body: live.metricsRefused }), false);
  assert.equal(isCounted({ status: 500, body: body(spans) }), false);
});

const sent = { first: 20, second: 30 };
const became = { value: true, afterMs: 12_000 } as const;

const trial: readonly Case[] = [
  ["a version is there at once", judgeFreshVersion(0, []), "holds", /at once/],
  [
    "a version is there later",
    judgeFreshVersion(1500, [100146, 100146]),
    "holds",
    /2s, with code 100146|1s|2s/,
  ],
  ["a version is never there", judgeFreshVersion(undefined, [10007]), "fails", /10007/],
  ["a message is kept", judgeMessage("é.", "é."), "holds", /does/],
  ["a message is cut", judgeMessage("é.", "é"), "fails", /2 of 3 bytes/],
  ["a message cannot be read", judgeMessage("é.", undefined), "fails", /not be read|could not/],
  ["an override works", judgeOverride(became, true), "holds", /after 12s/],
  ["an override is ignored", judgeOverride(undefined, true), "fails", /old version/],
  ["nobody answers an override", judgeOverride(undefined, false), "fails", /no version/],
  ["a split takes effect", judgeSplit(became, { first: 18, second: 22 }), "holds", /12s; then 22 of 40/],
  ["a split serves one", judgeSplit(became, { first: 0, second: 40 }), "fails", /40 of 40/],
  ["a split has no effect", judgeSplit(undefined, { first: 40, second: 0 }), "fails", /nothing/],
  [
    "counts are exact",
    judgeCounts(sent, sent, { unknown: 0, afterMs: 20_000 }),
    "holds",
    /20 of 20 and 30 of 30, 20s after/,
  ],
  [
    "counts are short",
    judgeCounts(sent, { first: 20, second: 29 }, { unknown: 0, afterMs: 1 }),
    "fails",
    /29 of 30/,
  ],
  [
    "counts are more",
    judgeCounts(sent, { first: 20, second: 31 }, { unknown: 0, afterMs: 1 }),
    "fails",
    /31 of 30/,
  ],
  [
    "nobody knows who served",
    judgeCounts(sent, { first: 20, second: 31 }, { unknown: 1, afterMs: 1 }),
    "open",
    /1 requests/,
  ],
  [
    "nothing was served",
    judgeCounts({ first: 0, second: 0 }, { first: 0, second: 0 }, { unknown: 0, afterMs: 1 }),
    "open",
    /no version/,
  ],
  ["every ray is found", judgeWitness(10, 10, 10), "holds", /10 with the right/],
  ["a ray leads elsewhere", judgeWitness(10, 10, 9), "fails", /9 with the right/],
  ["no ray is known", judgeWitness(0, 0, 0), "open", /no answer/],
  [
    "ten deployments are listed",
    judgeDeploymentList(live.deployments(10, 12), "number 9"),
    "holds",
    /10 listed.* total of 12/,
  ],
  [
    "all deployments are listed",
    judgeDeploymentList(live.deployments(12), "number 9"),
    "holds",
    /12 listed.* without a total/,
  ],
  [
    "few deployments are listed",
    judgeDeploymentList(live.deployments(5, 12), "number 9"),
    "fails",
    /5 listed/,
  ],
  ["another is first", judgeDeploymentList(live.deployments(10, 12), "number 8"), "fails", /not the newest/],
  ["deployments are odd", judgeDeploymentList({ status: 200, body: {} }, "number 9"), "open", /unknown/],
];

for (const [about, cases] of Object.entries({ setup, worker, telemetry, trial })) {
  describe(`the doctor judges (${about}): when`, () => {
    for (const [what, finding, verdict, found] of cases) {
      it(`${what}, it ${verdict}`, () => {
        assert.equal(finding.verdict, verdict, finding.found);
        assert.match(finding.found, found);
      });
    }
  });
}

it("knows whose API an address is", () => {
  assert.equal(placeOf("https://api.cloudflare.com/client/v4"), "Cloudflare");
  assert.equal(placeOf("http://127.0.0.1:8787/client/v4"), "loopback");
  assert.equal(placeOf("https://api.cloudflare.com.example/client/v4"), "elsewhere");
});
