import assert from "node:assert/strict";
import type { Cause } from "../../provider/rollout/cause";
import type { Counts } from "../../provider/health/series";
import type { Assessment } from "../../provider/rollout/look/assess";
import type { State } from "../../provider/rollout/state";
import { CannotStart } from "../../provider/rollout/cannotStart";
import { badText, countsText, limitText, percentText, sloText } from "../../provider/rollout/text/sloText";
import { causeSentence, revertingSentence } from "../../provider/rollout/text/causeText";
import {
  foreignSplitRefusal,
  othersReleaseRefusal,
  type Refusal,
} from "../../provider/rollout/text/refusalText";
import {
  claimSentence,
  completedSentence,
  oneWaySentence,
  resumedSentence,
  stageSentence,
  waitSentence,
} from "../../provider/rollout/text/stageSentences";
import { splitRemainsSentence } from "../../provider/rollout/text/endingText";
import { unservedText } from "../../provider/rollout/text/gapText";
import { leftText, wayBackOutlook } from "../../provider/rollout/text/wayBackText";
import { statusLine } from "../../provider/rollout/text/statusText";
import { dateText, withPeriod } from "../../provider/rollout/text/words";
import { windowWarning } from "../../provider/rollout/look/window";
import { newVersion, oldVersion, otherVersion, request } from "./simulate";
import {
  aRecord,
  aRelease,
  assessment,
  began,
  between,
  deployment,
  failure,
  minute,
  objective,
  observation,
  soaking,
  starting,
  violated,
  waiting,
} from "./situations";

// Every sentence of a release, written out once: what was found, what is allowed and what to do.

const served = { new: { valid: 200, bad: 4 }, old: { valid: 400, bad: 2 } };
const first = aRelease({}, { oldVersionId: undefined });

/** Each text and what it should be. */
function check(cases: readonly (readonly [what: string, text: () => string, expected: string])[]): void {
  for (const [what, text, expected] of cases) {
    it(what, () => {
      assert.equal(text(), expected);
    });
  }
}

describe("a release says, when it reverts,", () => {
  const { verdict } = violated();
  const slo = objective();
  const slow = objective({ name: "slow", sli: { kind: "wallTime", limitMs: 500 }, max: 0.01 });
  const said = (cause: Cause, state: State = soaking(), after = 90_000): string =>
    causeSentence(aRelease(), state, cause, began + after);
  const blind = { kind: "blind", what: "telemetry", forMs: 130_000, trouble: "HTTP 503" } as const;
  const noOld = { ...verdict, trouble: { ...served, old: { valid: 0, bad: 0 }, since: began } };
  const relative = { ...verdict, bound: "maxIncrease" as const, trouble: { ...served, since: began } };
  const both = objective({ maxIncrease: 1.5 });
  const probes = objective({ name: "probes", sli: { kind: "probes" } });
  check([
    [
      "what was measured, since when, the limit and the old version's share",
      () => said({ kind: "violated", slo, verdict }),
      'Release of checkout: SLO "5xx" violated in stage 1 of 3 (25 %), 1m 30s into the stage: 12 % of the new version\'s requests failed (12 of 100 since 06:01:00Z), limit 1 %; in the same time the old version had 0.333 % (1 of 300).',
    ],
    [
      "that the old version served nothing",
      () => said({ kind: "violated", slo, verdict: noOld }, soaking(), 0),
      'Release of checkout: SLO "5xx" violated in stage 1 of 3 (25 %), 1s into the stage: 2 % of the new version\'s requests failed (4 of 200 since 06:00:00Z), limit 1 %; in the same time the old version served nothing.',
    ],
    [
      "only the bound that was violated",
      () => said({ kind: "violated", slo: both, verdict: relative }),
      "Release of checkout: SLO \"5xx\" violated in stage 1 of 3 (25 %), 1m 30s into the stage: 2 % of the new version's requests failed (4 of 200 since 06:00:00Z), limit 0.75 %, 1.5 times the old version's 0.5 %; in the same time the old version had 0.5 % (2 of 400).",
    ],
    [
      "the limit, where it is not known since when",
      () => said({ kind: "violated", slo, verdict: { ...verdict, trouble: undefined } }),
      'Release of checkout: SLO "5xx" violated in stage 1 of 3 (25 %), 1m 30s into the stage: limit 1 %.',
    ],
    [
      "that a soak was over its limit, and one more too",
      () => said({ kind: "unsure", slo: slow, served, extended: true }),
      'Release of checkout: SLO "slow" over its limit at the end of the soak in stage 1 of 3 (25 %): 2 % (4 of 200) of requests took longer than 500ms, limit 1 %; that may be chance. One more soak did not change that (whenUnsure: extend).',
    ],
    [
      "that a soak was over its limit, and the plan aborts then",
      () => said({ kind: "unsure", slo, served, extended: false }),
      'Release of checkout: SLO "5xx" over its limit at the end of the soak in stage 1 of 3 (25 %): 2 % (4 of 200) of requests failed, limit 1 %; that may be chance. The plan aborts then (whenUnsure: abort).',
    ],
    [
      "that too little was served",
      () => said({ kind: "insufficient", slo, counts: { valid: 7, bad: 0 }, extended: false }),
      'Release of checkout: too little to judge SLO "5xx" in stage 1 of 3 (25 %): the new version served 7 in 1m 30s, the plan wants 50 (minRequests). The plan aborts then (whenUnsure: abort).',
    ],
    [
      "that no probe has reached the new version",
      () => said({ kind: "insufficient", slo: probes, counts: { valid: 0, bad: 0 }, extended: true }),
      'Release of checkout: too little to judge SLO "probes" in stage 1 of 3 (25 %): no probe is known to have reached the new version in 1m 30s; where the telemetry is sampled, give the probes a versionHeader. One more soak did not change that (whenUnsure: extend).',
    ],
    [
      "that nobody has approved",
      () => said({ kind: "notApproved" }, waiting(), 131 * minute),
      "Release of checkout: nobody approved the stage after stage 2 of 3 (50 %) within 2h (approvalTimeout).",
    ],
    [
      "what did not answer, for how long, and what the plan allows",
      () => said({ ...blind, orderedMs: 0 }),
      "Release of checkout: nothing seen of the telemetry for 2m 10s in stage 1 of 3 (25 %), the plan allows 2m (maxBlindTime): HTTP 503.",
    ],
    [
      "how long it was ordered to wait meanwhile",
      () => said({ ...blind, what: "deployments", orderedMs: 300_000 }),
      "Release of checkout: nothing seen of the deployments for 2m 10s in stage 1 of 3 (25 %), the plan allows 2m (maxBlindTime), not counting 5m that Cloudflare ordered to wait (rate limit): HTTP 503.",
    ],
    [
      "what Cloudflare did not take",
      () => said({ kind: "stuck", trouble: "not allowed (10000)" }),
      "Release of checkout: the next split could not be deployed in stage 1 of 3 (25 %): not allowed (10000).",
    ],
    [
      "that it was interrupted, and how far into a stage that waits since ten minutes",
      () => said({ kind: "interrupted" }, waiting(), 20 * minute),
      "Release of checkout: interrupted in stage 2 of 3 (50 %), 20m into the stage.",
    ],
    [
      "what an earlier deployment left",
      () => said({ kind: "leftOver", percent: 25 }),
      `Release of checkout: an earlier deployment left version ${newVersion} at 25 %.`,
    ],
    [
      "that the fault is ours",
      () => said({ kind: "fault", fault: "TypeError: x is undefined" }),
      "Release of checkout: a fault in pulumi-workers-release stopped it in stage 1 of 3 (25 %), please report it: TypeError: x is undefined.",
    ],
    [
      "what an earlier run had found",
      () => said({ kind: "unfinished", finding: "It was bad." }),
      "Release of checkout: an earlier run could not put the traffic back, so that comes first now. It had found: It was bad.",
    ],
    [
      "where it reverts from",
      () => revertingSentence(aRelease(), soaking({ stage: 1 }), { kind: "interrupted" }),
      "Release of checkout: reverting from stage 2 of 3 (50 %).",
    ],
  ]);
});

describe("a release says, when it goes on,", () => {
  check([
    [
      "which stage begins, and for how long it soaks",
      () => stageSentence(aRelease(), 0, undefined),
      "Release of checkout: stage 1 of 3 (25 %), soaks 5m.",
    ],
    [
      "who has approved it",
      () => stageSentence(aRelease(), 2, "jo"),
      "Release of checkout: stage 3 of 3 (100 %), approved by jo, soaks 15m.",
    ],
    [
      "that a first version has nothing to revert to",
      () => stageSentence(first, 2, undefined),
      `Watch of checkout: version ${newVersion} gets all traffic at once, and there is no older version that can be put back. It is watched for 15m.`,
    ],
    [
      "that there is no way back any more",
      () => oneWaySentence(aRelease()),
      `Cloudflare can no longer deploy the old version ${oldVersion}, since too many versions were uploaded after it: nothing is wrong with the new one, so it gets all traffic, and there is no way back.`,
    ],
    [
      "what it waits for and how to approve it",
      () => waitSentence(aRelease(), waiting(), began),
      "Release of checkout: stage 2 of 3 (50 %) has soaked well and waits for an approval to go to 100 %: workers-release approve checkout",
    ],
    [
      "that another run goes on with it",
      () => claimSentence(aRelease(), 0),
      "Release of checkout: another run goes on with stage 1 of 3 (25 %).",
    ],
    [
      "what it goes on with, soaking",
      () => resumedSentence(aRelease(), soaking()),
      "Going on with release r1 in stage 1 of 3 (25 %): it soaks.",
    ],
    [
      "what it goes on with, waiting",
      () => resumedSentence(aRelease(), waiting()),
      "Going on with release r1 in stage 2 of 3 (50 %): it waits for an approval.",
    ],
    [
      "that it is complete, and after what time",
      () => completedSentence(aRelease(), began + 65 * minute),
      `Release of checkout complete: version ${newVersion} serves all traffic, after 1h 5m.`,
    ],
    ["dates to the second, in UTC", () => dateText(began + 61_999), "2030-01-01 06:01:01Z"],
    ["a sentence that ends", () => withPeriod("No answer."), "No answer."],
    ["a sentence that does not end", () => withPeriod("No answer"), "No answer."],
  ]);
});

describe("a release says why it does not begin over", () => {
  const split = between(oldVersion, newVersion, 5);
  const asked = request({ takeOver: undefined });
  const told = (refusal: Refusal): string => new CannotStart(refusal).message;
  const splitAlready = `The traffic of Worker checkout is split already (95 % to ${oldVersion}, 5 % to ${newVersion}), by jo with wrangler: a release starts from one version that has all traffic. No traffic was moved.`;
  check([
    [
      "a split of the new version",
      () => told(foreignSplitRefusal(asked, deployment({ split }))),
      `${splitAlready} Finish that deployment or roll it back. Or take it over with the input takeOver: "theirs"; the release then goes on from its share.`,
    ],
    [
      "a split of other versions",
      () => told(foreignSplitRefusal(asked, deployment({ split: between(oldVersion, otherVersion, 5) }))),
      `${splitAlready.replace(newVersion, otherVersion)} Finish that deployment or roll it back. Or take it over with the input takeOver: "theirs"; the version with the larger share then gets all traffic back, and the release starts from it.`,
    ],
    [
      "a split of which nobody can tell what is old",
      () => told(foreignSplitRefusal(request({ takeOver: "theirs" }), deployment({ split }))),
      `${splitAlready} Both versions have the same share, so it cannot be told which one is old: give one of them all traffic.`,
    ],
    [
      "a release that somebody else drives",
      () =>
        told(
          othersReleaseRefusal("checkout", deployment({ createdAt: began + minute }), aRecord({ id: "r9" })),
        ),
      'A release of Worker checkout is under way that another stack or program drives: r9, owner owner-1, begun 2030-01-01 06:00:00Z, last deployed 2030-01-01 06:01:00Z by jo with wrangler. No traffic was moved. Wait until it has ended, or end it: workers-release abort checkout. If nobody drives it any more, take it over with the input takeOver: "theirs".',
    ],
    [
      "a window that is closed",
      () => windowWarning(aRelease(), 0) ?? "",
      `Cloudflare cannot deploy version ${oldVersion} of checkout, to which a revert goes: only the 100 versions uploaded last can be, and it is older. Upload its code once more and deploy that version at 100 %; a release can start from it.`,
    ],
    [
      "a window that is about to close",
      () => windowWarning(aRelease(), 20) ?? "",
      `After 20 more uploads Cloudflare can no longer deploy version ${oldVersion} of checkout, to which a revert goes: only the 100 versions uploaded last can be. Hold other uploads of this Worker back until the release is over.`,
    ],
    [
      "a window that closes with the next upload",
      () => windowWarning(aRelease(), 1)?.slice(0, 59) ?? "",
      "After 1 more upload Cloudflare can no longer deploy version",
    ],
    ["no window that is far from it", () => windowWarning(aRelease(), 21) ?? "nothing", "nothing"],
    ["no window that nobody knows", () => windowWarning(aRelease(), undefined) ?? "nothing", "nothing"],
  ]);
});

describe("a deleted Release says how its split ends", () => {
  const ends = (oldVersionId?: string): string =>
    splitRemainsSentence("checkout", { versionId: newVersion, oldVersionId });
  const stays =
    "the Release is deleted, and the traffic of Worker checkout stays split as it is: nobody watches it and nothing ends it. ";
  const on = `On to the new version: npx wrangler versions deploy ${newVersion}@100% --name checkout --yes. \`npx workers-release status checkout\` shows the split.`;
  check([
    [
      "by both of its versions",
      () => ends(oldVersion),
      `${stays}Back to the old version: npx wrangler versions deploy ${oldVersion}@100% --name checkout --yes. ${on}`,
    ],
    ["by the new one where there is no other", () => ends(), stays + on],
  ]);
});

describe("a look that shows no request says why that may be", () => {
  const found = {
    finding: "unserved",
    ratio: 0,
    since: began,
    askedAt: began + 90_500,
    until: began,
  } as const;
  check([
    [
      "where nobody uses the Worker",
      () => unservedText({ ...found, of: "both", witnessed: undefined }),
      "no request for 1m 30s: nobody uses the Worker, the telemetry shows that it works",
    ],
  ]);
});

describe("the preview of a version that served before", () => {
  check([
    [
      "tells what comes of it, and what it cannot know",
      () => wayBackOutlook(oldVersion),
      `Version ${oldVersion} served before the last release: \`pulumi up\` gives it 100 % at once and watches it there (rollbackWindow), unless Cloudflare's deployments show that it was aborted, or left like that, since.`,
    ],
  ]);
});

describe("a way back that is violated tells of the version that was left", () => {
  const wayBack = aRelease({}, { isWayBack: true });
  const cause = { kind: "violated", slo: objective(), verdict: violated().verdict } as const;
  check([
    [
      "what it had shown",
      () => leftText(wayBack, { ...cause, left: { valid: 200, bad: 1 } }),
      `; version ${oldVersion}, which was left, had 0.5 % (1 of 200) in the hour before`,
    ],
    [
      "that it had shown nothing",
      () => leftText(wayBack, cause),
      `; version ${oldVersion}, which was left, has shown nothing to compare that with in the hour before`,
    ],
  ]);
});

describe("the line that is always up to date", () => {
  const release = aRelease({ settleTime: "30s" });
  const slo = objective();
  const fine = assessment({ served });
  const worst = assessment({
    slo: objective({ name: "slow" }),
    served: { ...served, new: { valid: 100, bad: 9 } },
  });
  const line = (
    state: State,
    after: number,
    judged: readonly Assessment[] = [fine],
    seen: Parameters<typeof observation>[2] = {},
  ): string => statusLine(release, state, observation(release, began + after, seen), judged, began + after);
  const well = "5xx 2 % (4 of 200), limit 1 %";
  const nothing = { valid: 0, bad: 0 };
  check([
    [
      "says what is left of the soak",
      () => line(soaking(), 61_500),
      `stage 1/3 · 25 % · 3m 59s of soak left · ${well}`,
    ],
    [
      "says at the end of a soak what it waits for",
      () => line(soaking(), 5 * minute),
      `stage 1/3 · 25 % · soaked, its last telemetry arrives within 30s · ${well}`,
    ],
    [
      "says when bad events come in bursts, so that a violation takes longer to prove",
      () => line(soaking(), 61_500, [assessment({ served, verdict: { ...fine.verdict, dividedBy: 4.07 } })]),
      `stage 1/3 · 25 % · 3m 59s of soak left · ${well} · 5xx: evidence divided by 4.1, since bad events come in bursts`,
    ],
    [
      "does not say so of an SLO that only observes, or where they hardly do",
      () =>
        line(soaking(), 61_500, [
          assessment({ served, verdict: { ...fine.verdict, dividedBy: 2.9 } }),
          assessment({
            slo: objective({ observeOnly: true }),
            verdict: { ...fine.verdict, evidence: -1, dividedBy: 9 },
          }),
        ]),
      `stage 1/3 · 25 % · 3m 59s of soak left · ${well}`,
    ],
    [
      "says since when a soak is extended",
      () => line(soaking(), 8 * minute),
      `stage 1/3 · 25 % · soak extended since 2m 30s · ${well}`,
    ],
    [
      "says so from the first second on",
      () => line(soaking(), 5.5 * minute),
      `stage 1/3 · 25 % · soak extended since 1s · ${well}`,
    ],
    [
      "says how long an approval is waited for, and how to give it",
      () => line(waiting(), 20 * minute),
      `stage 2/3 · 50 % · waits for an approval, 1h 50m left: workers-release approve checkout · ${well}`,
    ],
    [
      "says at the end that no time is left for an approval",
      () => line(waiting(), 5 * 60 * minute),
      `stage 2/3 · 50 % · waits for an approval, 0ms left: workers-release approve checkout · ${well}`,
    ],
    [
      "says why nothing is deployed yet",
      () => line(starting({ failure: failure() }), 5000, []),
      "stage 1/3 · 25 % · not deployed yet: no answer",
    ],
    [
      "says that the new version has served nothing",
      () => line(soaking(), minute, [{ ...fine, served: { new: nothing, old: nothing } }]),
      "stage 1/3 · 25 % · 4m of soak left · no requests on the new version yet",
    ],
    [
      "tells of the SLO that is closest to its limit",
      () => line(soaking(), minute, [fine, worst, fine]),
      "stage 1/3 · 25 % · 4m of soak left · slow 9 % (9 of 100), limit 1 %",
    ],
    [
      "tells rather of the SLO with the strongest evidence against it",
      () => line(soaking(), minute, [worst, violated({ slo, served }), worst]),
      `stage 1/3 · 25 % · 4m of soak left · ${well}`,
    ],
    [
      "marks an SLO that only observes",
      () => line(soaking(), minute, [{ ...fine, slo: objective({ observeOnly: true }) }]),
      `stage 1/3 · 25 % · 4m of soak left · ${well.replace("5xx", "5xx (observed only)")}`,
    ],
    [
      "says what cannot be seen",
      () => line(soaking(), minute, [fine], { troubles: ["HTTP 503", "no answer"] }),
      `stage 1/3 · 25 % · 4m of soak left · ${well} · cannot see everything: HTTP 503; no answer`,
    ],
    [
      "warns when the way back is about to close",
      () => line(soaking(), minute, [fine], { uploadsLeft: 4 }),
      `stage 1/3 · 25 % · 4m of soak left · ${well} · ${windowWarning(release, 4) ?? ""}`,
    ],
  ]);
});

describe("an SLO is told of", () => {
  const slower = {
    ...{ name: "wallTime slower", observeOnly: false },
    sli: { kind: "slower", of: "wallTime", tolerance: 1.2 } as const,
  };
  const bins = (fast: number, slow: number): Counts => {
    const latencies = Array.from({ length: 20 }, (_, bin) => ({ 2: fast, 6: slow })[bin] ?? 0);
    return { valid: fast + slow, bad: 0, latencies };
  };
  const compared = { new: bins(40, 60), old: bins(900, 100) };
  const status = {
    kind: "status",
    statuses: [
      { from: 500, to: 599 },
      { from: 429, to: 429 },
    ],
  } as const;
  check([
    ["with three digits", () => percentText(0.123456), "12.3 %"],
    ["with its counts", () => countsText({ valid: 122, bad: 14 }), "11.5 % (14 of 122)"],
    [
      "in whole numbers where it is sampled",
      () => countsText({ valid: 122.4, bad: 13.6 }),
      "11.1 % (14 of 122)",
    ],
    ["that it failed", () => badText({ kind: "serverErrors" }), "requests failed"],
    ["its exceptions", () => badText({ kind: "exceptions" }), "requests ended in an exception"],
    ["its statuses", () => badText(status), "requests were answered with 500 to 599, 429"],
    ["its wall time", () => badText({ kind: "wallTime", limitMs: 500 }), "requests took longer than 500ms"],
    [
      "its wall time, as it was set",
      () => badText({ kind: "wallTime", limitMs: 1500 }),
      "requests took longer than 1.5s",
    ],
    ["its CPU time", () => badText({ kind: "cpuTime", limitMs: 50 }), "requests used more than 50ms of CPU"],
    [
      "where its latencies differ most",
      () => {
        const { served, bad, limit } = sloText(slower, compared);
        return [countsText(served.new), bad, limit, countsText(served.old)].join("; ");
      },
      "60 % (60 of 100); requests took longer than 23ms; limit 10 %, the part of the old version's that took longer than 19ms; 10 % (100 of 1000)",
    ],
    [
      "that there was nothing to compare its latencies with",
      () => sloText(slower, { ...compared, old: { valid: 0, bad: 0 } }).limit,
      "limit 20 % longer than the old version's, which served nothing",
    ],
    [
      "its CPU times",
      () => sloText({ ...slower, sli: { ...slower.sli, of: "cpuTime" } }, compared).bad,
      "requests used CPU for longer than 2ms",
    ],
    ["its probes", () => badText({ kind: "probes" }), "probes failed"],
    ["its own filters", () => badText({ kind: "custom", valid: [], bad: [] }), "events were bad"],
    ["with its limit", () => limitText({ max: 0.01 }, served), "limit 1 %"],
    ["with its limit as it was set", () => limitText({ max: 0.012345 }, served), "limit 1.2345 %"],
    [
      "with a limit that the old version sets",
      () => limitText({ maxIncrease: 1.5 }, served),
      "limit 0.75 %, 1.5 times the old version's 0.5 %",
    ],
    [
      "with a limit that the old version would set, had it served",
      () => limitText({ maxIncrease: 1.5 }, { ...served, old: { valid: 0, bad: 0 } }),
      "limit 1.5 times the old version's share",
    ],
    ["with the smaller of two limits", () => limitText({ max: 0.01, maxIncrease: 3 }, served), "limit 1 %"],
  ]);
});
