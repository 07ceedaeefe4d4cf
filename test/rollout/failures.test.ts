import assert from "node:assert/strict";
import { failuresFor, grown, type FailuresReport } from "../../provider/rollout/failures";
import {
  PortError,
  type FailureGroup,
  type Failures,
  type FailuresQuery,
} from "../../provider/rollout/ports";
import { failuresLines } from "../../provider/rollout/text/failuresText";
import { aRelease, began, soaking } from "./situations";
import { badNewVersion, newVersion, oldVersion, release, shares, world, type World } from "./simulate";

function group(what: string, fresh: number, old: number, changes: Partial<FailureGroup> = {}): FailureGroup {
  return { what, request: "GET /cart", new: fresh, old, requestIds: [], ...changes };
}

const found = {
  groups: [group("status 503", 40, 0), group("status 500", 10, 30)],
  filters: "$metadata.service eq checkout",
  url: undefined,
};

/** A Worker whose new version fails, and who is asked why. */
function failing(find: (query: FailuresQuery, outside: World) => ReturnType<Failures["find"]>) {
  const outside = world(badNewVersion(0.2));
  const asked: { query: FailuresQuery; shares: number[] }[] = [];
  const failures: Failures = {
    find: (query) => {
      asked.push({ query, shares: shares(outside) });
      return find(query, outside);
    },
  };
  return { outside: { ...outside, failures }, asked };
}

describe("an aborted release", () => {
  it("tells what failed, after the traffic is back", async () => {
    const { outside, asked } = failing(() => Promise.resolve(found));
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.shares.at(-1), 0, "the revert was written before anybody was asked");
    const query = asked[0].query;
    assert.deepEqual(query.sli, { kind: "serverErrors" });
    assert.deepEqual([query.newVersionId, query.oldVersionId], [newVersion, oldVersion]);
    const [sentence, ...lines] = outcome.reason.split("\n");
    assert.match(sentence ?? "", /SLO "5xx" violated .* release this one again\.$/);
    assert.match(
      lines.join("\n"),
      /^What failed since [\d:]+Z, of what is new or has grown:\n1\. status 503 · GET \/cart · new version 40, old version 0\n/,
    );
    const { failures } = outcome;
    assert.ok(failures && "groups" in failures);
    assert.equal(failures.slo, "5xx");
  });

  it("says nothing of failures to the deployment's message, which was written before", async () => {
    const { outside } = failing(() => Promise.resolve(found));
    await release(outside);
    assert.doesNotMatch(outside.deployments.made[0]?.message ?? "", /What failed/);
  });

  for (const [what, find, says] of [
    [
      "is refused",
      () => Promise.reject(new PortError("refused", "No permission.")),
      /could not be found out: No permission\.$/,
    ],
    [
      "is a fault of ours",
      () => Promise.reject(new RangeError("oops")),
      /could not be found out: a fault of this package: RangeError: oops\.$/,
    ],
    [
      "never comes",
      () => new Promise<never>(() => undefined),
      /could not be found out: There was no complete answer within 20 s\.$/,
    ],
  ] as const) {
    it(`is aborted all the same where the answer ${what}, and says so in a line`, async () => {
      const { outside } = failing(find);
      const outcome = await release(outside);
      assert.equal(outcome.status, "aborted");
      assert.match(outcome.reason, says);
      assert.deepEqual(outcome.deployedVersionId, oldVersion);
    });
  }

  it("does not wait for it when it is interrupted meanwhile", async () => {
    const { outside } = failing((_query, { stop }) => {
      stop.abort();
      return new Promise<never>(() => undefined);
    });
    const outcome = await release(outside);
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /could not be found out: `pulumi up` was interrupted meanwhile\.$/);
  });
});

describe("what is asked for", () => {
  it("is whole milliseconds around the time in question, whatever clock it was measured by", async () => {
    const { outside, asked } = failing(() => Promise.resolve(found));
    const state = soaking({ since: began + 0.5 });
    const { slos } = aRelease().plan;
    const counts = { valid: 0, bad: 0 };
    assert(slos[0]);
    const cause = {
      kind: "unsure",
      slo: slos[0],
      served: { new: counts, old: counts },
      extended: false,
    } as const;
    await failuresFor(cause, aRelease(), state, outside, began + 60_000.5);
    assert.deepEqual([asked[0]?.query.from, asked[0]?.query.to], [began - 1000, began + 60_001]);
  });
});

describe("the groups of a report", () => {
  it("are the three that stand out most, with what the others come to", async () => {
    const groups = [9, 8, 7, 6, 5].map((fresh) => group(`status 50${fresh}`, fresh, 0));
    const { outside } = failing(() => Promise.resolve({ ...found, groups }));
    const { failures } = await release(outside);
    assert.ok(failures && "groups" in failures);
    assert.deepEqual(
      failures.groups.map((each) => each.new),
      [9, 8, 7],
    );
    assert.deepEqual(failures.others, { groups: 2, events: 11 });
  });
});

describe("a release that is not reverted for an SLO", () => {
  it("asks nobody", async () => {
    const { outside, asked } = failing(() => Promise.resolve(found));
    outside.stop.abort();
    assert.equal(await failuresFor({ kind: "interrupted" }, aRelease(), soaking(), outside), undefined);
    assert.equal(asked.length, 0);
  });
});

describe("what has grown", () => {
  const served = (fresh: number, old: number) => ({
    new: { valid: fresh, bad: 0 },
    old: { valid: old, bad: 0 },
  });

  it("is what is more frequent than with the old version, the most first", () => {
    // The new version has a quarter of the requests: 30 with the old one would be 10.
    const groups = [
      group("usual", 10, 30),
      group("new", 5, 0),
      group("grown", 40, 30),
      group("rarer", 1, 30),
    ];
    assert.deepEqual(
      grown(groups, served(100, 300)).map(({ what }) => what),
      ["grown", "new"],
    );
  });

  it("is all there is where the old version served nothing", () => {
    assert.equal(grown([group("a", 1, 0), group("b", 2, 0)], served(100, 0)).length, 2);
    assert.equal(grown([group("a", 0, 3)], served(100, 0)).length, 0);
  });

  it("is by its own requests where those are known: a path that more people ask for is no slower", () => {
    const busy = group("", 50, 5, { request: "GET /busy", of: { new: 1000, old: 100 } });
    const slow = group("", 20, 5, { request: "GET /slow", of: { new: 100, old: 100 } });
    assert.deepEqual(
      grown([busy, slow], served(1100, 200)).map(({ request }) => request),
      ["GET /slow"],
    );
  });
});

describe("what failed, in words", () => {
  const report: FailuresReport = {
    slo: "5xx",
    since: "2030-01-01T06:00:00.000Z",
    until: "2030-01-01T06:01:00.000Z",
    groups: [
      group("TypeError: x is undefined", 34, 0, {
        requestIds: ["aa", "bb"],
        stack: ["at price (worker.mjs:7:11)"],
      }),
      group("", 12, 1, { of: { new: 40, old: 50 } }),
    ],
    others: { groups: 1, events: 3 },
    filters: "$workers.outcome eq exception",
    url: "https://dash.cloudflare.com/?to=x",
  };

  it("names the groups with their counts, where they came from, and how to see them", () => {
    assert.deepEqual(failuresLines(report), [
      "What failed since 06:00:00Z, of what is new or has grown:",
      "1. TypeError: x is undefined · GET /cart · new version 34, old version 0",
      "   at price (worker.mjs:7:11)",
      "   requests aa, bb",
      "2. GET /cart · new version 12 of 40, old version 1 of 50",
      "and 1 more kind, 3 of the new version together.",
      "In the logs: https://dash.cloudflare.com/?to=x",
      "Filters: $workers.outcome eq exception",
    ]);
  });

  it("counts the other groups", () => {
    const lines = failuresLines({ ...report, others: { groups: 2, events: 7 } });
    assert.equal(lines[5], "and 2 more kinds, 7 of the new version together.");
  });

  it("says that nothing stands out where nothing has grown", () => {
    assert.match(failuresLines({ ...report, groups: [] })[0] ?? "", /no kind of failure stands out/);
  });
});
