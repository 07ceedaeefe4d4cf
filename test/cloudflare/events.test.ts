import assert from "node:assert/strict";
import type { ReleasePlan, Slo } from "../../provider/plan/types";
import type { Outcome } from "../../provider/rollout/outcome";
import { newVersion, oldVersion } from "../rollout/simulate";
import { releaseLive, versionOf, type LiveRelease, type Second } from "./live/release";
import { visit, type LiveRow } from "./live/model";

const plan: ReleasePlan = {
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 50, soakTime: "4m" },
    { percent: 100, soakTime: "2m" },
  ],
};

const withSlos = (...slos: Slo[]): ReleasePlan => ({ ...plan, slos });

type Fields = Parameters<typeof visit>[2];

/** `count` events in each second, evenly; what is so about the new version's and the old one's. */
const each =
  (count: number, ofNew: Fields = {}, ofOld: Fields = {}) =>
  (second: Second): readonly LiveRow[] => {
    const { at, elapsed } = second;
    // Less than one a second is one in every so many seconds.
    const now = count >= 1 ? count : Number(Math.abs(elapsed / 1000) % Math.round(1 / count) === 0);
    return Array.from({ length: now }, (_, index) => {
      const version = versionOf(index, second);
      return visit(version, at, { foundAt: at + 15_000, ...(version === newVersion ? ofNew : ofOld) });
    });
  };

const failing: Fields = { "$workers.outcome": "exception", "$workers.event.response.status": 500 };
const queue: Fields = { "$workers.eventType": "queue" };
const cron: Fields = { "$workers.eventType": "scheduled" };
const both = (fields: Fields): [Fields, Fields] => [fields, fields];

function all(...parts: readonly ((second: Second) => readonly LiveRow[])[]): LiveRelease["rowsOf"] {
  return (second) => parts.flatMap((part) => part(second));
}

function without(key: string, { fields }: LiveRow): LiveRow["fields"] {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}

function slosOf(outcome: Outcome): string[] {
  return (outcome.stages[0]?.slos ?? []).map(({ name }) => name);
}

describe("a release counts what users ask", function () {
  this.timeout(120_000);

  it("and is aborted by ten failing requests a minute beside a thousand events of a queue", async () => {
    const rowsOf = all(each(1 / 3, failing), each(17, ...both(queue)));
    const outcome = await releaseLive({ plan: { ...plan, minRequests: 5 }, rowsOf });
    assert.equal(outcome.status, "aborted", outcome.reason);
    assert.match(outcome.reason, /SLO "5xx" violated .* 100 % of the new version's requests failed/);
  });

  it("and not crons, which fill no `minRequests`", async () => {
    const rowsOf = all(each(1 / 60), each(1, ...both(cron)));
    const outcome = await releaseLive({ plan, rowsOf });
    assert.equal(outcome.status, "inconclusive");
    assert.match(outcome.reason, /too little to judge SLO "5xx" .*: the new version served [0-9] in 9m/);
  });

  it("and is aborted by a version that hangs until its clients give up", async () => {
    const canceled: LiveRelease["rowsOf"] = (second) =>
      each(10)(second).map((row) => {
        if (row.fields["$workers.scriptVersion.id"] === oldVersion) return row;
        const fields = without("$workers.event.response.status", row);
        return { ...row, foundAt: row.at + 45_000, fields: { ...fields, "$workers.outcome": "canceled" } };
      });
    const outcome = await releaseLive({ plan, rowsOf: canceled });
    assert.equal(outcome.status, "aborted", outcome.reason);
    assert.match(outcome.reason, /SLO "canceled" violated in stage 1 of 2/);
  });

  it("and completes where clients disconnect as they always did", async () => {
    const gone: Fields = { "$workers.outcome": "responseStreamDisconnected" };
    const outcome = await releaseLive({ plan, rowsOf: all(each(10), each(1, ...both(gone))) });
    assert.equal(outcome.status, "completed", outcome.reason);
  });
});

describe("a release whose plan names event types", function () {
  this.timeout(120_000);
  const onBoth = withSlos({ sli: "exceptions", max: 0.01, on: ["fetch", "queue"] });

  it("judges each by itself: ten failing requests a minute do not drown", async () => {
    const rowsOf = all(each(1 / 3, failing), each(17, ...both(queue)));
    const outcome = await releaseLive({ plan: { ...onBoth, minRequests: 5 }, rowsOf });
    assert.match(outcome.reason, /SLO "exceptions on fetch" violated .* requests ended in an exception/);
    assert.deepEqual(slosOf(outcome), ["exceptions on fetch", "exceptions on queue", "canceled"]);
  });

  it("is aborted by events of a queue that fail, whatever requests do", async () => {
    const rowsOf = all(each(17), each(2, { ...queue, "$workers.outcome": "exceededCpu" }, queue));
    const outcome = await releaseLive({ plan: onBoth, rowsOf });
    assert.match(outcome.reason, /SLO "exceptions on queue" violated .* queue events ended in an exception/);
  });

  it("completes with crons that come once a minute and have no outcome", async () => {
    const onCrons = withSlos({ sli: "exceptions", max: 0.01, on: ["fetch", "scheduled"] });
    const crons: LiveRelease["rowsOf"] = (second) =>
      each(
        1 / 60,
        ...both(cron),
      )(second).map((row) => ({ ...row, fields: without("$workers.outcome", row) }));
    const outcome = await releaseLive({ plan: onCrons, rowsOf: all(each(5), crons) });
    assert.equal(outcome.status, "completed", outcome.reason);
    const [, scheduled] = outcome.stages[0]?.slos ?? [];
    assert.ok((scheduled?.valid ?? 0) > 0 && scheduled?.bad === 0);
  });

  it("needs `minRequests` of them where it judges no requests", async () => {
    const onQueue = withSlos({ sli: "exceptions", max: 0.01, on: ["queue"] });
    const outcome = await releaseLive({ plan: onQueue, rowsOf: all(each(5), each(1 / 20, ...both(queue))) });
    assert.match(outcome.reason, /too little to judge SLO "exceptions on queue"/);
  });
});

describe("what the platform ends at a deployment", function () {
  this.timeout(120_000);

  /** Every fifth call of an object fails in the ten seconds after a deployment, in either version, else 1 of 500. */
  const objects: LiveRelease["rowsOf"] = (second) =>
    each(
      50,
      ...both({ "$workers.executionModel": "durableObject" }),
    )(second).map((row, index) => {
      const one = index + (50 * second.at) / 1000;
      const fails = second.sinceDeployment < 10_000 && second.elapsed >= 0 ? one % 5 === 0 : one % 500 === 0;
      return fails ? { ...row, fields: { ...row.fields, "$workers.outcome": "exception" } } : row;
    });
  const rowsOf = all(each(5), objects);
  const onObjects = withSlos({ sli: "exceptions", max: 0.01, on: ["fetch", "durableObject"] });

  it("is not counted where a plan names no objects", async () => {
    const outcome = await releaseLive({ plan: { ...plan, warmUp: "0s" }, rowsOf });
    assert.equal(outcome.status, "completed", outcome.reason);
  });

  it("is not judged where it does: it lies in the warm-up", async () => {
    const outcome = await releaseLive({ plan: onObjects, rowsOf });
    assert.equal(outcome.status, "completed", outcome.reason);
    const [, ofObjects] = outcome.stages[0]?.slos ?? [];
    assert.ok((ofObjects?.bad ?? 0) > 40, "it is reported all the same");
  });

  it("aborts where the plan wants no warm-up", async () => {
    const outcome = await releaseLive({ plan: { ...onObjects, warmUp: "0s" }, rowsOf });
    assert.match(outcome.reason, /SLO "exceptions on durableObject" violated/);
  });
});

describe("probes of a release", function () {
  this.timeout(120_000);
  const agent = "$workers.event.request.headers.user-agent";
  const probes: Fields = { [agent]: "pulumi-workers-release", "$workers.outcome": "canceled" };
  const ofNew: LiveRelease["rowsOf"] = ({ at }) => [visit(newVersion, at, { ...failing, ...probes })];
  const options = { leaveOutProbes: true };

  it("are no requests of users: neither bad", async () => {
    const rowsOf = all(each(5, ...both({ [agent]: "curl/8" })), ofNew);
    const outcome = await releaseLive({ plan, rowsOf, options });
    assert.equal(outcome.status, "completed", outcome.reason);
  });

  it("nor enough of them", async () => {
    const outcome = await releaseLive({ plan, rowsOf: all(each(1 / 60), ofNew), options });
    assert.match(outcome.reason, /too little to judge SLO "5xx" .*: the new version served [0-9] in 9m/);
  });

  it("are told from requests without a `user-agent`, which count", async () => {
    const outcome = await releaseLive({ plan, rowsOf: all(each(5, failing), ofNew), options });
    assert.match(outcome.reason, /SLO "5xx" violated/);
  });
});

describe("a release whose answers hold few groups", function () {
  this.timeout(120_000);

  it("is aborted by failures of a kind that they leave out", async () => {
    const rare: Fields = { "$workers.outcome": "exceededMemory" };
    const rowsOf = all(each(20), (second) =>
      Math.abs(second.elapsed / 1000) % 2 === 0
        ? [visit(second.share > 0 ? newVersion : oldVersion, second.at, second.share > 0 ? rare : {})]
        : [],
    );
    const outcome = await releaseLive({ plan, rowsOf, unknowns: { mostGroups: 2 } });
    assert.match(outcome.reason, /SLO "5xx" violated/);
  });
});
