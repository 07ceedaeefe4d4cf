import assert from "node:assert/strict";
import type { ReleasePlan, Slo } from "../../provider/plan/types";
import type { Traffic } from "../fakes/telemetry";
import { newVersion, release, seedPlan, shares, world } from "./simulate";
import { minute } from "./situations";

function planWith(...slos: Slo[]): ReleasePlan {
  return { ...seedPlan, slos };
}

/** 50 requests a second with bad shares of one's own. */
function traffic(badShare: Traffic["badShare"]): Traffic {
  return { requestsPerSecond: () => 50, badShare };
}

describe("an SLO relative to the old version", () => {
  const plan = planWith({ sli: "serverErrors", maxIncrease: 1.5 });

  it("is not violated by an incident that hits both versions", async () => {
    const incident = (elapsed: number): boolean => elapsed > 10 * minute && elapsed < 30 * minute;
    const outside = world(traffic((_version, _sli, elapsed) => (incident(elapsed) ? 0.2 : 0.004)));
    assert.equal((await release(outside, { plan })).status, "completed");
  });

  it("is violated by what hits the new version alone, and says against what it was measured", async () => {
    const outside = world(
      traffic((version, _sli, elapsed) => (version === newVersion && elapsed > 10 * minute ? 0.1 : 0.01)),
    );
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.ok(outside.clock.elapsed() < 12 * minute);
    assert.match(
      outcome.reason,
      /[\d.]+ % of the new version's requests failed \(\d+ of \d+ since [\d:]+Z\), limit ([\d.]+) %, 1\.5 times the old version's ([\d.]+) %; in the same time the old version had \2 % /,
    );
    const [report] = outcome.stages.at(-1)?.slos ?? [];
    assert.ok(report?.oldMeasured !== undefined && report.limit !== undefined);
    assert.ok(Math.abs(report.limit / report.oldMeasured - 1.5) < 0.01);
  });

  it("may have a ceiling too, which also watches when the old version serves nothing", async () => {
    const late = traffic((version, _sli, elapsed) =>
      version === newVersion && elapsed > 30 * minute ? 0.1 : 0.004,
    );
    const alone = await release(world(late), { plan });
    assert.equal(alone.status, "completed");
    const both = planWith({ sli: "serverErrors", max: 0.02, maxIncrease: 1.5 });
    const outcome = await release(world(late), { plan: both });
    assert.equal(outcome.status, "aborted");
    assert.match(outcome.reason, /limit 2 %; in the same time the old version served nothing/);
  });
});

describe("an SLO on statuses or on filters of one's own", () => {
  it("says in its words what was wrong", async () => {
    const bad = traffic((version) => (version === newVersion ? 0.3 : 0.001));
    const statuses = await release(world(bad), {
      plan: planWith({ sli: { status: ["5xx", 429] }, max: 0.01 }),
    });
    assert.match(
      statuses.reason,
      /SLO "status 5xx 429" violated .* requests were answered with 500 to 599, 429 \(/,
    );
    const declined = [{ key: "$workers.outcome", operation: "eq", value: "declined" }] as const;
    const own = await release(world(bad), {
      plan: planWith({ name: "declined", sli: { bad: [...declined] }, max: 0.01 }),
    });
    assert.match(own.reason, /SLO "declined" violated .* of the new version's events were bad \(/);
  });
});

describe("an SLO that only observes", () => {
  const bad = traffic((version, sli) => (version === newVersion && sli.kind === "exceptions" ? 0.3 : 0.001));
  const observing: Slo = { sli: "exceptions", max: 0.01, observeOnly: true };

  it("is judged and reported, and aborts nothing", async () => {
    const outcome = await release(world(bad), {
      plan: planWith({ sli: "serverErrors", max: 0.01 }, observing),
    });
    assert.equal(outcome.status, "completed");
    const [, report] = outcome.stages.at(-1)?.slos ?? [];
    assert.deepEqual([report?.verdict, report?.observeOnly], ["violated", true]);
  });

  it("is marked where the status shows it", async () => {
    const outside = world(bad);
    await release(outside, { plan: planWith({ sli: "serverErrors", max: 0.01 }, observing) });
    assert.ok(outside.progress.statuses.some((line) => line.includes("exceptions (observed only)")));
  });

  it("takes no part of the confidence from the others", async () => {
    const evidence = async (...slos: Slo[]): Promise<number | undefined> =>
      (await release(world(bad), { plan: planWith({ sli: "serverErrors", max: 0.01 }, ...slos) })).stages.at(
        -1,
      )?.slos[0]?.evidence;
    assert.equal(await evidence(observing), await evidence());
  });
});

describe("a plan with a warm-up", () => {
  // Every version is slow for half a minute after it was given more traffic.
  const changes = [0, 1, 6, 16, 26].map((at) => at * minute);
  const cold = traffic((version, _sli, elapsed) =>
    version === newVersion && changes.some((at) => elapsed >= at && elapsed < at + 30_000) ? 0.3 : 0.001,
  );
  const plan = planWith({ sli: "serverErrors", max: 0.01 });

  it("does not judge what is served right after a change of the split, and reports it", async () => {
    assert.equal((await release(world(cold), { plan })).status, "aborted");
    const outcome = await release(world(cold), { plan: { ...plan, warmUp: "30s" } });
    assert.equal(outcome.status, "completed");
    const [report] = outcome.stages[1]?.slos ?? [];
    assert.ok(report && report.measured > 0.02, String(report?.measured));
    assert.equal(report.verdict, "healthy");
  });

  it("judges what comes after", async () => {
    const outside = world(
      traffic((version, _sli, elapsed) => (version === newVersion && elapsed > 2 * minute ? 0.3 : 0.001)),
    );
    assert.equal((await release(outside, { plan: { ...plan, warmUp: "30s" } })).status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 25, 0]);
  });
});

describe("traffic whose failures come in clusters", () => {
  // Two minutes of twice the limit, every ten minutes, by either version and since long before the release.
  const clustered = (elapsed: number): number =>
    Math.abs(elapsed) % (10 * minute) < 2 * minute ? 0.02 : 0.002;

  it("aborts no release when the old version had the like before", async () => {
    const always = traffic((_version, _sli, elapsed) => clustered(elapsed));
    assert.equal((await release(world(always))).status, "completed");
  });

  it("aborts it when only the new version has the like", async () => {
    const ofNew = traffic((version, _sli, elapsed) => (version === newVersion ? clustered(elapsed) : 0.002));
    assert.equal((await release(world(ofNew))).status, "aborted");
  });
});

describe("an SLO on probes", () => {
  const plan: ReleasePlan = {
    ...planWith({ sli: "serverErrors", max: 0.01 }, { sli: "probes", max: 0.1 }),
    probes: [{ path: "/health" }],
  };

  it("stops a version that never works before any user meets it", async () => {
    const outside = world();
    outside.probes.answersWell = () => false;
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.deepEqual(shares(outside), [0, 0, 0]);
    assert.match(
      outcome.reason,
      /SLO "probes" violated in stage 1 of 5 \(0 %\), .* 100 % of the new version's probes failed \(\d+ of \d+ since /,
    );
  });

  it("passes with probes that are answered well", async () => {
    const outside = world();
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "completed");
    const [, probes] = outcome.stages[0]?.slos ?? [];
    assert.deepEqual([probes?.bad, probes?.verdict], [0, "healthy"]);
    assert.ok((probes?.valid ?? 0) >= 5);
  });

  it("does not let a stage pass whose probes reach another version", async () => {
    const outside = world();
    outside.probes.answersWell = () => undefined;
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "inconclusive");
    assert.deepEqual(shares(outside), [0, 0, 0]);
    assert.match(outcome.reason, /SLO "probes" .*: no probe is known to have reached the new version in 2m/);
    assert.ok(outside.progress.statuses.some((line) => line.includes("probe answered by another version")));
  });

  it("watches in every stage", async () => {
    const outside = world();
    outside.probes.answersWell = (elapsed) => elapsed < 20 * minute;
    const outcome = await release(outside, { plan });
    assert.equal(outcome.status, "aborted");
    assert.equal(outcome.stages.at(-1)?.percent, 75);
  });
});
